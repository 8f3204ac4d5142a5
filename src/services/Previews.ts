/** What a template looks like filled in, before anything is sent. */

import { Context, Effect, Layer, Result } from "effect"

import { type OrganizationId } from "#schemas/Ids.ts"
import { type Preview, PreviewBody } from "#schemas/Template.ts"
import { invalid, type Rejected } from "#src/domain/Rejected.ts"
import { decodeStrict } from "#src/domain/strictBody.ts"
import { previewOf } from "#src/domain/templatePreview.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"
import { ProfileRepository } from "#src/repositories/ProfileRepository.ts"
import { type TemplateKey } from "#src/repositories/templateQueries.ts"

import { Templates } from "./Templates.ts"

const decode = decodeStrict(PreviewBody)

/** No member is required, so the body may be absent. */
const readRequest = (body: unknown) =>
  Result.mapError(decode(body ?? {}), (errors) => invalid("invalid_body", errors))

const noProfile = () =>
  invalid("invalid_body", [
    { path: "user_id", message: "expected a user with a profile here", got: "string" }
  ])

export class Previews extends Context.Service<
  Previews,
  {
    /** Fills the template in for a user of the local profiles, with data as an event would bring it. */
    readonly make: (key: TemplateKey, body: unknown) => Effect.Effect<Preview, Rejected | LedgerUnreachable>
  }
>()("carillon/services/Previews") {
  static readonly layer = Layer.effect(
    Previews,
    Effect.gen(function* () {
      const templates = yield* Templates
      const profiles = yield* ProfileRepository

      const profileOf = Effect.fnUntraced(function* (organizationId: OrganizationId, userId: string) {
        const profile = yield* profiles.get(organizationId, userId)
        return yield* Effect.fromResult(Result.fromOption(profile, noProfile))
      })

      const make = Effect.fn("Previews.make")(function* (key: TemplateKey, body: unknown) {
        const { user_id, ...asked } = yield* Effect.fromResult(readRequest(body))
        const template = yield* templates.get(key)
        const profile = user_id === undefined ? {} : yield* profileOf(key.organizationId, user_id)
        return yield* Effect.fromResult(previewOf(template, { ...asked, profile }))
      })

      return Previews.of({ make })
    })
  )
}
