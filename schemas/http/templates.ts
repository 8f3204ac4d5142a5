/** Templates over HTTP: what authors write, its versions, and how it looks filled in. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

import { ChannelInput } from "../Channel.ts"
import { Locale } from "../Event.ts"
import { TemplateCode } from "../Ids.ts"
import {
  FlatTemplateBody,
  FlatTemplatePatch,
  Preview,
  PreviewBody,
  SavedTemplate,
  Template,
  TemplateBody,
  TemplatePatch,
  TemplateVersion
} from "../Template.ts"
import { Authenticated } from "./Authenticated.ts"
import { pageMembers, pageQuery } from "./Page.ts"

const params = {
  template_id: Schema.String.check(
    Schema.isPattern(/^[A-Za-z0-9_-]{1,50}$/, { message: "expected the id of a template" })
  )
}

/** Answers about one template carry its version as `ETag`; `If-Match` guards PUT, PATCH and DELETE. */
export class TemplatesApi extends HttpApiGroup.make("templates")
  .add(
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Union([TemplateBody, FlatTemplateBody]),
      success: SavedTemplate.pipe(HttpApiSchema.status(201))
    }),
    HttpApiEndpoint.get("list", "/", {
      query: {
        ...pageQuery,
        template_code: Schema.optionalKey(TemplateCode),
        channel: Schema.optionalKey(ChannelInput),
        locale: Schema.optionalKey(Locale)
      },
      success: Schema.Struct({ templates: Schema.Array(Template), ...pageMembers })
    }),
    HttpApiEndpoint.get("get", "/:template_id", { params, success: Template }),
    HttpApiEndpoint.put("put", "/:template_id", {
      params,
      payload: Schema.Union([TemplateBody, FlatTemplateBody]),
      success: SavedTemplate
    }),
    HttpApiEndpoint.patch("patch", "/:template_id", {
      params,
      payload: Schema.Union([TemplatePatch, FlatTemplatePatch]),
      success: SavedTemplate
    }),
    HttpApiEndpoint.delete("remove", "/:template_id", { params, success: HttpApiSchema.NoContent }),
    HttpApiEndpoint.get("versions", "/:template_id/versions", {
      params,
      query: pageQuery,
      success: Schema.Struct({ versions: Schema.Array(TemplateVersion), ...pageMembers })
    }),
    HttpApiEndpoint.post("preview", "/:template_id/preview", {
      params,
      payload: PreviewBody,
      success: Preview
    })
  )
  .middleware(Authenticated)
  .prefix("/api/v1/templates") {}
