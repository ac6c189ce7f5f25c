"""moto's server, with the sandbox's addresses, and a word to whoever waits for changes.

Usage: cloud.py PORT SETTINGS
SETTINGS is a JSON file: {"elastic": [ranges], "public": [addresses], "ipv6": [ranges], "vpcIpv6": "a /48 for VPCs"}.

Beside AWS's API:
GET /deploy4me/changes?after=N answers as soon as something has been changed since change N, or after half a minute:
  {"change": N, "regions": [...], "reboots": {"i-…": 1}, "forced": ["i-…"]}, the last of them stopped by force.
PUT /deploy4me/machines {"change": N, "machines": {"i-…": 1}} says that everything up to change N has been done to
  machines, and which machine each instance has. Until then, an instance is on its way: pending, stopping, shutting-down.
GET /deploy4me/machines answers which machine each instance has.
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
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import InstanceState
from moto.ec2.responses.instances import InstanceResponse
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
        everything = [address for network in self.ranges for address in usable(network)]
        at = everything.index(self.last) + 1 if self.last in everything else 0
        return everything[at:] + everything[:at]


def usable(network):
    """The first four of a range are the network's own."""
    if network.num_addresses == 1:
        return [network[0]]
    return [network[index] for index in range(4, min(network.num_addresses - 1, 1024))]


def in_use(kind):
    """Addresses of a kind, over all regions."""
    found = set()
    for backend in list(ec2_backends[ACCOUNT].values()):
        if kind == "elastic":
            found |= {one.public_ip for one in backend.addresses}
        elif kind == "public":
            found |= {one.public_ip for one in backend.enis.values() if is_live(one.instance)}
        else:
            found |= {address for eni in backend.enis.values() for address in eni.ipv6_addresses}
    return found


def is_live(instance):
    return instance is not None and instance.state not in ("shutting-down", "terminated")


class Changes:
    """Counts what changes something, and knows which instances are on their way."""

    def __init__(self):
        self.count = 0
        self.last_shown = 0
        self.reboots = {}
        self.forced = set()
        self.machines = {}
        self.on_the_way = {}
        self.condition = threading.Condition()

    def begin(self, instance, name, code):
        """Has EC2 say that an instance is on its way to where moto has put it, until the machines are there."""
        with self.condition:
            self.on_the_way[instance.id] = (self.count, instance, instance._state)
            instance._state = InstanceState(name, code)

    def shown(self, change, machines):
        """What was begun before a change had been asked for when that change was."""
        with self.condition:
            self.machines = machines
            self.last_shown = change
            self.condition.notify_all()
            for key, (begun, instance, state) in list(self.on_the_way.items()):
                if begun < change:
                    instance._state = state
                    del self.on_the_way[key]

    def note(self):
        with self.condition:
            self.count += 1
            self.condition.notify_all()
            return self.count

    def until_shown(self, change):
        with self.condition:
            self.condition.wait_for(lambda: self.last_shown >= change, timeout=PATIENCE)

    def wait(self, after):
        with self.condition:
            self.condition.wait_for(lambda: self.count > after, timeout=PATIENCE)
            return {"change": self.count, "regions": sorted(ec2_backends[ACCOUNT]), "reboots": dict(self.reboots), "forced": sorted(self.forced)}


def give_addresses(settings):
    elastic = Addresses(settings["elastic"], lambda: in_use("elastic"))
    public = Addresses(settings["public"], lambda: in_use("public"))
    ipv6 = Addresses(settings["ipv6"], lambda: in_use("ipv6"))
    elastic_ip_addresses.random_ip = elastic.next
    elastic_network_interfaces.random_public_ip = public.next
    # Unlike EC2, an instance keeps its address while it is stopped: its machine has the one it was made with.
    NetworkInterface.stop = lambda self: None
    NetworkInterface.start = lambda self: None if self.public_ip else self.check_auto_public_ip()
    private = elastic_network_interfaces.random_private_ip
    elastic_network_interfaces.random_private_ip = lambda cidr=None, ipv6_wanted=False, **other: (
        ipv6.next() if ipv6_wanted or other.get("ipv6") else private(cidr)
    )
    networks = ipaddress.ip_network(settings["vpcIpv6"]).subnets(new_prefix=56)
    vpcs.random_ipv6_cidr = lambda: str(next(networks))


def complete(changes):
    """What moto leaves out and our machines need: IPv6 addresses asked for with an interface, reboots, states between, and a
    way out of the default VPC."""
    run, reboot = EC2Backend.run_instances, EC2Backend.reboot_instances
    stop_by_response = InstanceResponse.stop_instances

    def run_instances(self, *arguments, **options):
        reservation = run(self, *arguments, **options)
        for index, nic in enumerate(options.get("nics") or []):
            for instance in reservation.instances:
                count = int(nic.get("Ipv6AddressCount") or 0)
                if count:
                    self.assign_ipv6_addresses(instance.nics[index].id, ipv6_count=count)
        for instance in reservation.instances:
            changes.begin(instance, "pending", 0)
        return reservation

    def reboot_instances(self, instance_ids):
        rebooted = reboot(self, instance_ids)
        for instance in rebooted:
            changes.reboots[instance.id] = changes.reboots.get(instance.id, 0) + 1
        return rebooted

    def between(name, state, code):
        act = getattr(EC2Backend, name)

        def acted(self, instance_ids):
            done = act(self, instance_ids)
            for instance, previous in done:
                # What is there already, or gone, does not set out again.
                if instance.state != previous.name:
                    changes.begin(instance, state, code)
            return done

        setattr(EC2Backend, name, acted)

    def stop_instances(self):
        ids = self._get_param("InstanceIds", [])
        changes.forced.difference_update(ids)
        if str(self._get_param("Force")).lower() == "true":
            changes.forced.update(ids)
        return stop_by_response(self)

    default_vpc = EC2Backend.create_default_vpc

    def create_default_vpc(self):
        vpc = default_vpc(self)
        gateway = self.create_internet_gateway()
        self.attach_internet_gateway(gateway.id, vpc.id)
        main = self.describe_route_tables(filters={"association.main": ["true"], "vpc-id": [vpc.id]})
        self.create_route(main[0].id, "0.0.0.0/0", gateway_id=gateway.id)
        return vpc

    EC2Backend.create_default_vpc = create_default_vpc
    EC2Backend.run_instances, EC2Backend.reboot_instances = run_instances, reboot_instances
    InstanceResponse.stop_instances = stop_instances
    between("start_instances", "pending", 0)
    between("stop_instances", "stopping", 64)
    between("terminate_instances", "shutting-down", 32)


READS = ("Describe", "Get", "List", "Head")
# What EC2 and Route 53 have done to machines that run, when they answer; of instances themselves, states tell.
AT_ONCE = ("AssociateAddress", "DisassociateAddress", "Authorize", "Revoke", "Modify", "ChangeResourceRecordSets")


def any_machine():
    return any(is_live(one) for backend in list(ec2_backends[ACCOUNT].values()) for one in backend.all_instances())


def count_changes(changes):
    """Every action that is no question; it is counted when it is done, whatever came of it. One at a time: who asks in the
    middle of another action would see half of it, such as an instance that has no IPv6 address yet."""
    call, one_at_a_time = BaseResponse.call_action, threading.Lock()

    def call_action(self):
        action = str(self._get_action())
        if action.startswith(READS):
            with one_at_a_time:
                return call(self)
        try:
            with one_at_a_time:
                return call(self)
        finally:
            change = changes.note()
            if action.startswith(AT_ONCE) and any_machine():
                changes.until_shown(change)

    BaseResponse.call_action = call_action


def with_changes(application, changes):
    def content(environ):
        if environ["PATH_INFO"] == "/deploy4me/changes":
            return changes.wait(int(parse_qs(environ["QUERY_STRING"]).get("after", ["0"])[0]))
        if environ["REQUEST_METHOD"] == "PUT":
            told = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            changes.shown(told["change"], told["machines"])
        return changes.machines

    def answer(environ, start_response):
        if environ["PATH_INFO"] not in ("/deploy4me/changes", "/deploy4me/machines"):
            return application(environ, start_response)
        body = json.dumps(content(environ)).encode()
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
