/** `carillon balance`: the ledger's own account, in which every message ever planned must be found. */

import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import { type BalanceSheet } from "#schemas/http/balance.ts"

import { asJson, json } from "../asJson.ts"
import { NotBalanced } from "../errors.ts"
import { httpClient } from "../httpClient.ts"

const deeds = Effect.promise(() =>
  Promise.all([import("../ApiClient.ts"), import("#schemas/http/balance.ts")])
)

const table = (sheet: BalanceSheet): string =>
  Object.entries(sheet)
    .filter(([name]) => name !== "balanced")
    .map(([name, count]) => `${name.padEnd(12)}${String(count).padStart(12)}`)
    .join("\n")

const showBalance = Effect.fnUntraced(function* (json: boolean) {
  const [{ get }, { BalanceSheet }] = yield* deeds
  const sheet = yield* get("/api/v1/balance", BalanceSheet)
  yield* Console.log(json ? asJson(sheet) : table(sheet))
  if (!sheet.balanced) return yield* new NotBalanced()
})

export const balance = Command.make("balance", { json }, ({ json }) => showBalance(json)).pipe(
  Command.provide(httpClient),
  Command.withDescription("Show what became of every message that was ever planned")
)
