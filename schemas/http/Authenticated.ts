/** Who may call: on a machine's own loopback anyone there, else whoever has a key, each within its role. */

// oxlint-disable-next-line no-restricted-imports -- the contract names what authentication provides; no effect is run
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"

import { type AccessRole } from "../AccessRole.ts"
import { type OrganizationId } from "../Ids.ts"
import { AnyProblem } from "./Problem.ts"

/** On whose behalf a request acts. */
export class Caller extends Context.Service<
  Caller,
  {
    readonly organizationId: OrganizationId
    /** Whether it is the operator of the whole installation, not of one organization. */
    readonly ofInstallation: boolean
    readonly role: AccessRole
    /** Who it is, as decisions record it. */
    readonly name: string
  }
>()("carillon/schemas/http/Authenticated/Caller") {}

/** The header by which the installation's operator acts for an organization other than the default one. */
export const organizationHeader = "carillon-organization"

/** Answers 401 without a right key, 403 where its role does not permit the route. */
export class Authenticated extends HttpApiMiddleware.Service<Authenticated, { provides: Caller }>()(
  "carillon/schemas/http/Authenticated",
  { error: AnyProblem, security: { key: HttpApiSecurity.bearer } }
) {}
