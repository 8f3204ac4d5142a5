/** The id of a template that is made now: drawn, so that one made again after its removal is another one. */

import { randomUUID } from "node:crypto"

import { Effect } from "effect"

export const drawTemplateId = Effect.sync(() => `tpl_${randomUUID().replaceAll("-", "")}`)
