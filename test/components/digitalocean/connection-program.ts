import "../../../programs/lean";

import { BusinessDeployment } from "../../../components/digitalocean/deployment";

/** A whole deployment, to be previewed: the program of `connection.test.ts`. */
export = () => {
  const { DEPLOY4ME_TEST_TEAM: team } = process.env;
  new BusinessDeployment("office", {
    domain: "example.com",
    region: "fra1",
    adminAccess: ["203.0.113.7/32"],
    software: [{ name: "wiki", software: "dokuwiki", parameters: { title: "Our wiki" } }],
    tls: { issuer: "private-ca" },
    ...(team !== undefined && { expected: { team } }),
  });
};
