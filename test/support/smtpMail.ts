/** Sample e-mails, and the SMTP provider pointed at a server of the test's. */

import { ConfigProvider, Duration, Effect, Layer } from "effect"

import { JobId } from "#schemas/Ids.ts"
import { type RenderedEmail } from "#src/domain/RenderedEmail.ts"
import { EmailProvider, type OutgoingEmail } from "#src/providers/EmailProvider.ts"
import { layer, type Options } from "#src/providers/smtp/Smtp.ts"
import { defaultTimeouts, type Timeouts } from "#src/providers/smtp/Timeouts.ts"

export const sampleContent = (overrides: Partial<RenderedEmail> = {}): RenderedEmail => ({
  subject: "Welcome, Ada",
  html: "<p>Welcome, <b>Ada</b>.</p>",
  text: "Welcome, Ada.",
  fromName: null,
  fromAddress: null,
  replyTo: null,
  ...overrides
})

/** The nth sample: its job id and its address are its own. */
export const sampleEmail = (n: number, overrides: Partial<RenderedEmail> = {}): OutgoingEmail => ({
  jobId: JobId.make(`019ab000-0000-8000-8000-${n.toString(16).padStart(12, "0")}`),
  attempt: 1,
  address: `reader-${n}@example.com`,
  content: sampleContent(overrides)
})

/** Long enough for a busy machine, short enough to wait for: every silence is over after this. */
export const impatient: Timeouts = {
  ...defaultTimeouts,
  connect: Duration.seconds(1),
  command: Duration.seconds(1),
  finalDot: Duration.seconds(1)
}

export const always = (): boolean => true

/** The provider with a configuration of the test's own. */
export const providerWith = (env: Record<string, string>, options: Partial<Options> = {}) =>
  Effect.map(
    Layer.build(
      layer(options).pipe(
        Layer.provide(
          ConfigProvider.layer(
            ConfigProvider.fromUnknown({ MAIL_FROM: "Carillon <no-reply@example.org>", ...env })
          )
        )
      )
    ),
    (built) => Effect.runSync(Effect.provide(EmailProvider, built))
  )

/** One message on one connection. */
export const sendOn = Effect.fnUntraced(function* (
  provider: EmailProvider["Service"],
  message: OutgoingEmail,
  mayProceed: () => boolean = always
) {
  provider.take([message.address])
  return yield* Effect.promise(() => provider.send(message, mayProceed))
})
