/** The token that is used, and the one that comes in its place when it is refused. */
export const tokens = { first: "dop_v1_of_the_campaign", second: "dop_v1_of_the_campaign_renewed" };
