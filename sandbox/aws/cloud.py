"""moto's server, with the sandbox's addresses, and a word to whoever waits for changes.

Usage: cloud.py PORT SETTINGS
SETTINGS is a JSON file: {"elastic": [ranges], "ipv6": [ranges], "vpcIpv6": "a /48 for VPCs"}.

Beside AWS's API: GET /deploy4me/changes?after=N answers as soon as something has been changed since change N, or after
half a minute: {"change": N, "regions": [...], "reboots": {"i-…": 1}}.
"""

import ipaddress
import json
import signal
import sys
import threading
from urllib.parse import parse_qs

from moto.core.responses import BaseResponse
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models import elastic_ip_addresses, elastic_network_interfaces, vpcs
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

ACCOUNT = "123456789012"
PATIENCE = 30


class Addresses:
    """Hands out a range's addresses one after the other, going round; what is in use is passed over."""

    def __init__(self, ranges, used):
        self.ranges = [ipaddress.ip_network(one) for one in ranges]
        self.used = used
        self.last = None
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            taken = self.used()
            for address in self._from_last():
                if str(address) not in taken:
                    self.last = address
                    return str(address)
        raise RuntimeError("the sandbox has no address left")

    def _from_last(self):
        # The first four of each range are the network's own.
        everything = [network[index] for network in self.ranges for index in range(4, min(network.num_addresses - 1, 1024))]
        at = everything.index(self.last) + 1 if self.last in everything else 0
        return everything[at:] + everything[:at]


def in_use(kind):
    """Addresses of a kind, over all regions."""
    found = set()
    for backend in list(ec2_backends[ACCOUNT].values()):
        if kind == "elastic":
            found |= {one.public_ip for one in backend.addresses}
        else:
            found |= {address for eni in backend.enis.values() for address in eni.ipv6_addresses}
    return found


class Changes:
    """Counts what changes something."""

    def __init__(self):
        self.count = 0
        self.reboots = {}
        self.condition = threading.Condition()

    def note(self):
        with self.condition:
            self.count += 1
            self.condition.notify_all()

    def wait(self, after):
        with self.condition:
            self.condition.wait_for(lambda: self.count > after, timeout=PATIENCE)
            return {"change": self.count, "regions": sorted(ec2_backends[ACCOUNT]), "reboots": dict(self.reboots)}


def give_addresses(settings):
    elastic = Addresses(settings["elastic"], lambda: in_use("elastic"))
    ipv6 = Addresses(settings["ipv6"], lambda: in_use("ipv6"))
    elastic_ip_addresses.random_ip = elastic.next
    private = elastic_network_interfaces.random_private_ip
    elastic_network_interfaces.random_private_ip = lambda cidr=None, ipv6_wanted=False, **other: (
        ipv6.next() if ipv6_wanted or other.get("ipv6") else private(cidr)
    )
    networks = ipaddress.ip_network(settings["vpcIpv6"]).subnets(new_prefix=56)
    vpcs.random_ipv6_cidr = lambda: str(next(networks))


def complete(changes):
    """What moto leaves out and our machines need: IPv6 addresses asked for with an interface, and reboots."""
    run, reboot = EC2Backend.run_instances, EC2Backend.reboot_instances

    def run_instances(self, *arguments, **options):
        reservation = run(self, *arguments, **options)
        for index, nic in enumerate(options.get("nics") or []):
            for instance in reservation.instances:
                count = int(nic.get("Ipv6AddressCount") or 0)
                if count:
                    self.assign_ipv6_addresses(instance.nics[index].id, ipv6_count=count)
        return reservation

    def reboot_instances(self, instance_ids):
        rebooted = reboot(self, instance_ids)
        for instance in rebooted:
            changes.reboots[instance.id] = changes.reboots.get(instance.id, 0) + 1
        return rebooted

    EC2Backend.run_instances, EC2Backend.reboot_instances = run_instances, reboot_instances


READS = ("Describe", "Get", "List", "Head")


def count_changes(changes):
    """Every action that is no question; it is counted when it is done, whatever came of it."""
    call = BaseResponse.call_action

    def call_action(self):
        try:
            return call(self)
        finally:
            if not str(self._get_action()).startswith(READS):
                changes.note()

    BaseResponse.call_action = call_action


def with_changes(application, changes):
    def answer(environ, start_response):
        if environ["PATH_INFO"] != "/deploy4me/changes":
            return application(environ, start_response)
        after = int(parse_qs(environ["QUERY_STRING"]).get("after", ["0"])[0])
        body = json.dumps(changes.wait(after)).encode()
        start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
        return [body]

    return answer


def main():
    port, settings = int(sys.argv[1]), json.load(open(sys.argv[2]))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    changes = Changes()
    give_addresses(settings)
    complete(changes)
    count_changes(changes)
    application = with_changes(DomainDispatcherApplication(create_backend_app), changes)
    run_simple("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)


main()
