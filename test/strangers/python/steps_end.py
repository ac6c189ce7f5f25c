"""What was done, what it costs, how mistakes are told, and that nothing is left."""

import os

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from client import IMAGE, REGION, SIZE, TAG, client, pages, wait_for
from steps_network import DOMAIN


class EndSteps:
    def test_18_actions(self):
        seen = pages("actions", self.api.actions.list, 20)
        self.assertEqual({one["status"] for one in seen}, {"completed"})
        self.assertEqual(self.api.actions.get(seen[-1]["id"])["action"]["type"], "create")

    def test_19_billing(self):
        self.assertTrue(self.api.balance.get()["month_to_date_usage"])
        self.assertIn("invoice_preview", self.api.invoices.list())
        self.assertIn("billing_history", self.api.billing_history.list())

    def refused(self, kind, status, message, call):
        with self.assertRaises(kind) as raised:
            call()
        response = raised.exception.response
        body = response.json()
        self.assertEqual((raised.exception.status_code, body["message"]), (status, message))
        self.assertEqual(body["request_id"], response.headers["x-request-id"])
        self.assertTrue(body["id"])
        return response

    def test_20_errors(self):
        # What its description says may be missing, pydo answers instead of raising it.
        missing = self.api.droplets.get(999_999_999)
        self.assertEqual(missing["id"], "not_found")
        self.assertEqual(missing["message"], "The resource you were accessing could not be found.")
        wrong = {"name": "no_name", "region": REGION, "size": SIZE, "image": IMAGE}
        only = "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"
        self.refused(HttpResponseError, 422, only, lambda: self.api.droplets.create(wrong))
        unknown = client("nobody").account.get
        self.refused(ClientAuthenticationError, 401, "Unable to authenticate you", unknown)
        reader, spent = client(os.environ["SANDBOX_READER_TOKEN"]), client(os.environ["SANDBOX_SPENT_TOKEN"])
        forbidden = "You are not authorized to perform this operation"
        self.refused(HttpResponseError, 403, forbidden, lambda: reader.tags.create({"name": "no"}))
        limited = self.refused(HttpResponseError, 429, "Too many requests", spent.account.get)
        self.assertIn("retry-after", limited.headers)
        not_empty = "Can not delete VPC with members"
        self.refused(HttpResponseError, 403, not_empty, lambda: self.api.vpcs.delete(self.made["vpc"]["id"]))

    def test_21_deletion(self):
        self.api.droplets.destroy_by_tag(tag_name=TAG)
        wait_for(self.api.droplets.list, lambda answer: answer["meta"]["total"] == 0, "the end of the droplets")
        self.api.volume_snapshots.delete_by_id(self.made["volume_snapshot"])
        self.api.volumes.delete(self.made["volume"])
        self.api.snapshots.delete(self.made["snapshot"])
        self.api.firewalls.delete(self.made["firewall"])
        self.api.reserved_ips.delete(self.made["reserved_ip"])
        self.api.reserved_ipv6.delete(self.made["reserved_ipv6"])
        self.api.domains.delete(DOMAIN)
        self.api.projects.delete(self.made["project"])
        self.api.vpcs.delete(self.made["vpc"]["id"])
        self.api.tags.delete(TAG)
        self.api.ssh_keys.delete(self.made["key"]["id"])

    def test_22_nothing_left(self):
        api = self.api
        empty = [api.droplets, api.ssh_keys, api.tags, api.snapshots, api.volumes, api.reserved_ips, api.reserved_ipv6]
        for collection in [*empty, api.domains, api.firewalls]:
            self.assertEqual(collection.list()["meta"]["total"], 0, type(collection).__name__)
        self.assertEqual(api.images.list(private=True)["meta"]["total"], 0)
        self.assertEqual(api.projects.list()["meta"]["total"], 1)
