/** What the holder of a key may do; what exactly, `src/domain/permissions.ts` says. */

import { Schema } from "effect"

export const AccessRole = Schema.Literals(["operator", "editor", "publisher", "viewer"])
export type AccessRole = typeof AccessRole.Type
