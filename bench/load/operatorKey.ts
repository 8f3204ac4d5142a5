/** Of the bench's own gateway, which nobody else reaches. */

export const operatorKey = "an-operator-key-of-forty-characters-here"
