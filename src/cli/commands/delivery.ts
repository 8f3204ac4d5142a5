/** `carillon delivery resolve`: an operator's word about a message that may have been sent. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { json } from "../asJson.ts"
import { httpClient } from "../httpClient.ts"

const flags = {
  id: Argument.String("job_id").pipe(Argument.withDescription("Of a delivery that is unknown")),
  as: Flag.Literals("as", ["sent", "failed", "resend"]).pipe(
    Flag.withDescription("sent: it arrived. failed: it did not, and shall not. resend: send it again")
  ),
  note: Flag.String("note").pipe(Flag.withDescription("How you know; kept in its story"), Flag.optional),
  json
}

const resolve = Command.make("resolve", flags, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("../resolve.ts")),
    ({ resolve }) => resolve(asked)
  )
).pipe(Command.provide(httpClient), Command.withDescription("Settle a delivery that is unknown"))

export const delivery = Command.make("delivery").pipe(
  Command.withDescription("Deliveries"),
  Command.withSubcommands([resolve])
)
