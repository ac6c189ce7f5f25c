import "../../../programs/lean";

import { BusinessDeployment } from "../../../components/aws/deployment";

/** A wiki behind a bastion on AWS: the program of `wiki.test.ts`. */
export = () => {
  const { urls, bastionAddress, caCertificate } = new BusinessDeployment("office", {
    domain: "deploy4me.example",
    region: "eu-central-1",
    adminAccess: [process.env.DEPLOY4ME_ADMIN_ACCESS ?? ""],
    software: [{ name: "wiki", software: "dokuwiki", parameters: { title: "Wiki on AWS" } }],
    tls: { issuer: "private-ca" },
    owner: "tests",
  });
  return { urls, bastionAddress, caCertificate };
};
