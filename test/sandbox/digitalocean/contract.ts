export * from "../../../sandbox/digitalocean/contract";
