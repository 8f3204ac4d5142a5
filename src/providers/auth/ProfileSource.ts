/** The port to the service that keeps the people's profiles. Made for batches. */

import { Context, type Effect } from "effect"

import { type UserId } from "#schemas/Ids.ts"
import { type ProfileAnswer } from "#src/domain/profileAnswer.ts"

export class ProfileSource extends Context.Service<
  ProfileSource,
  {
    /**
     * Never fails, and keeps 500 people waiting for 2 s at most. Whoever is missing from the map: no answer.
     */
    readonly find: (users: ReadonlySet<UserId>) => Effect.Effect<ReadonlyMap<UserId, ProfileAnswer>>
  }
>()("carillon/providers/auth/ProfileSource") {}
