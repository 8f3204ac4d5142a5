/** Who may call: on a machine's own loopback anyone there, else whoever has the key. */

// oxlint-disable-next-line no-restricted-imports -- the contract names what authentication provides; no effect is run
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"

import { type OrganizationId } from "../Ids.ts"
import { AnyProblem } from "./Problem.ts"

/** On whose behalf a request acts. */
export class Caller extends Context.Service<Caller, { readonly organizationId: OrganizationId }>()(
  "carillon/schemas/http/Authenticated/Caller"
) {}

/** Answers 401 without the right key; turns what fails behind it into problem details. */
export class Authenticated extends HttpApiMiddleware.Service<Authenticated, { provides: Caller }>()(
  "carillon/schemas/http/Authenticated",
  { error: AnyProblem, security: { key: HttpApiSecurity.bearer } }
) {}
