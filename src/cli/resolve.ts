/** Settles a delivery that is in doubt, and tells its story. */

import { Console, Effect, Option } from "effect"
import { TerminalCapabilities } from "effect/cli"

import { DeliveryStory, type ResolveDelivery } from "#schemas/http/deliveries.ts"

import { post } from "./ApiClient.ts"
import { asJson } from "./asJson.ts"
import { tellDelivery } from "./trace/delivery.ts"
import { makePaint } from "./trace/paint.ts"

interface Asked {
  readonly id: string
  readonly as: ResolveDelivery["as"]
  readonly note: Option.Option<string>
  readonly json: boolean
}

export const resolve = Effect.fnUntraced(function* ({ as, id, json, note }: Asked) {
  const path = `/api/v1/deliveries/${encodeURIComponent(id)}/resolve`
  const story = yield* post(path, { as, note: Option.getOrNull(note) }, { schema: DeliveryStory })
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  yield* Console.log(json ? asJson(story) : tellDelivery(story, makePaint(canColor)).join("\n"))
})
