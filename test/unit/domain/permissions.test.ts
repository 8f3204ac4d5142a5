/** The one table of who may call what, against the contract and against the routes that there are. */

import { assert, describe, it } from "@effect/vitest"

import { AccessRole } from "#schemas/AccessRole.ts"
import { isPermitted, permissions, readsNotes } from "#src/domain/permissions.ts"
import { expectedPermissions, openRoutes } from "#test/support/expectedPermissions.ts"
import { declaredRoutes, nameOf } from "#test/support/routes.ts"

const names = declaredRoutes.filter(({ asksForKey }) => asksForKey).map(nameOf)

const split = (name: string) => {
  const [method = "", path = ""] = name.split(" ")
  return { method, path }
}

describe("permissions", () => {
  it.each(names)("names %s: without a line in src/domain/permissions.ts everyone is refused", (name) => {
    assert.property(permissions, name)
    assert.property(
      expectedPermissions,
      name,
      "say in test/support/expectedPermissions.ts what the contract says"
    )
  })

  it("names no route that is not there", () => {
    assert.sameMembers(Object.keys(permissions), [...names])
  })

  it("leaves no route open but those that ask nobody who they are", () => {
    assert.sameMembers(declaredRoutes.filter(({ asksForKey }) => !asksForKey).map(nameOf), [...openRoutes])
  })

  it.each(Object.entries(expectedPermissions))("permits %s to %s alone", (name, initials) => {
    const permitted = AccessRole.literals.filter((role) => isPermitted(role, split(name)))
    assert.strictEqual(permitted.map((role) => role.slice(0, 1)).join(""), initials)
  })

  it.each(["GET /api/v1/nothing", "DELETE /api/v1/events", "GET constructor"])(
    "refuses everyone what is not in it: %s",
    (name) => {
      assert.isEmpty(AccessRole.literals.filter((role) => isPermitted(role, split(name))))
    }
  )
})

describe("readsNotes", () => {
  it("is for those who work on the installation, not for those who publish or look", () => {
    assert.deepStrictEqual(AccessRole.literals.filter(readsNotes), ["operator", "editor"])
  })
})
