import "../../../programs/lean";

import { BusinessDeployment } from "../../../components/aws/deployment";

/** A whole deployment, to be refused before anything is made: the program of `unavailable.test.ts`. */
export = () => {
  const { DEPLOY4ME_TEST_REGION: region = "eu-central-1", DEPLOY4ME_TEST_SIZE: size = "t3.micro" } = process.env;
  new BusinessDeployment("office", {
    domain: "example.com",
    region,
    adminAccess: ["203.0.113.7/32"],
    software: [{ name: "wiki", software: "dokuwiki", size, parameters: { title: "Our wiki" } }],
    tls: { issuer: "private-ca" },
  });
};
