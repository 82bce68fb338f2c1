"""Random harm to nodes, and its mending: restarts, crashes, frozen processes, garbage, signals."""

import heapq
import itertools
import signal
import time

import garbage

PACE_SECONDS = (0.1, 1.5)  # between two actions
DOWN_SECONDS = (0, 8)
FROZEN_SECONDS = (0.5, 25)  # short of being dropped, and beyond
LINKS = (1, 60)             # connections of strangers at once
LINK_SECONDS = (0, 12)


def started(node):
    """Before that a signal may come ahead of main, where it ends the process as it would end any."""
    return node.find("Node started successfully")


class Churn:
    """`victims` may be stopped in any way; all of `nodes` see strangers and harmless signals."""

    def __init__(self, nodes, victims, rng):
        self.nodes, self.victims, self.rng = nodes, victims, rng
        self.agenda, self.order = [], itertools.count()  # (time, order, what mends an action)
        self.disturbed, self.links = set(), set()
        self.actions, self.counts = {}, {}
        self.add_actions(self.restart, self.crash, self.freeze, self.strangers, self.harmless_signal)

    def add_actions(self, *actions):
        """Called in any order; each says by False or None that there was nothing to act on."""
        for action in actions:
            self.actions[action.__name__] = action
            self.counts[action.__name__] = 0

    def run(self, seconds, watch):
        """Harm for so long; `watch` is called all the while. Then everything is mended."""
        until = time.monotonic() + seconds
        next_action = 0
        while (now := time.monotonic()) < until:
            self.mend(now)
            if now >= next_action:
                self.act()
                next_action = now + self.rng.uniform(*PACE_SECONDS)
            watch()
            time.sleep(0.02)
        self.mend(float("inf"))

    def mend(self, now):
        while self.agenda and self.agenda[0][0] <= now:
            heapq.heappop(self.agenda)[2]()

    def later(self, span, job):
        heapq.heappush(self.agenda, (time.monotonic() + self.rng.uniform(*span), next(self.order), job))

    def act(self):
        kind = self.rng.choice(list(self.actions))
        if self.actions[kind]():
            self.counts[kind] += 1

    def some_running(self):
        """A node that is neither stopped nor frozen, and takes signals; None if there is none."""
        free = [node for node in self.nodes if node not in self.disturbed and started(node)]
        return self.rng.choice(free) if free else None

    # --- actions ---------------------------------------------------------------------------------------------

    def victim(self):
        """Never more than half at once: the rest must still be able to tell of each other."""
        free = [node for node in self.victims if node not in self.disturbed and started(node)]
        if len(self.disturbed) * 2 >= len(self.victims) or not free:
            return None
        node = self.rng.choice(free)
        self.disturbed.add(node)
        return node

    def back(self, node):
        self.disturbed.discard(node)
        node.start()

    def restart(self):
        if node := self.victim():
            node.stop()
            self.later(DOWN_SECONDS, lambda: self.back(node))
        return node

    def crash(self):
        if node := self.victim():
            node.kill()
            self.later(DOWN_SECONDS, lambda: self.back(node))
        return node

    def freeze(self):
        if node := self.victim():
            node.send(signal.SIGSTOP)
            self.later(FROZEN_SECONDS, lambda: self.thaw(node))
        return node

    def thaw(self, node):
        self.disturbed.discard(node)
        node.send(signal.SIGCONT)

    def strangers(self):
        node = self.rng.choice([node for node in self.nodes if node not in self.disturbed])
        count = self.rng.randint(*LINKS)
        try:
            if self.rng.random() < 0.3:
                links = {garbage.connect(node.port) for _ in range(count)}
            else:
                links = {garbage.send_any(node.port, self.rng) for _ in range(count)}
        except ConnectionRefusedError:
            return False  # it has just been started and does not listen yet
        self.links |= links
        self.later(LINK_SECONDS, lambda: self.leave(links))
        return True

    def leave(self, links):
        self.links -= links
        for link in links:
            link.close()

    def harmless_signal(self):
        if node := self.some_running():
            node.send(self.rng.choice((signal.SIGHUP, signal.SIGUSR1)))
        return node
