"""Who calls: principals from tokens and passwords, remembered until something about them changes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from taskyard.config import Settings
from taskyard.model.identity import Credential, Grant, Group, Membership, Setting, User
from taskyard.model.principal import GrantFact, Principal
from taskyard.model.row import Row
from taskyard.model.time import Clock
from taskyard.store.commit import Committed
from taskyard.store.link import Link
from taskyard.store.people import groups_of, reports_of
from taskyard.store.store import Store

WATCHED: set[type[Row]] = {User, Group, Membership, Grant, Credential, Setting}
REMEMBERED = 10_000
POSTGRES_SECONDS = 2
SQLITE_SECONDS = 60


def hash_token(token: str) -> str:
    """What is stored of a token. Tokens are long and random, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A token as clients see it: 40 hexadecimal characters."""
    return secrets.token_hex(20)


class Known(msgspec.Struct, frozen=True):
    """What is remembered of a credential or a name. `stored` is the hash of the user's password, if it was
    looked up."""

    principal: Principal | None
    until: int
    expires: int | None = None
    stored: str | None = None


class Identity:
    """Finds principals. Nothing here raises: an unknown credential is None."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
        self._dummy: str | None = None
        self._key = os.urandom(32)
        self._known: dict[str, Known] = {}
        self._passwords: dict[bytes, int] = {}
        self._generation = 0
        self._seconds = POSTGRES_SECONDS if store.postgres else SQLITE_SECONDS
        self._threads = ThreadPoolExecutor(1, "taskyard-password")
        store.listeners.append(self._committed)

    def _committed(self, commit: Committed) -> None:
        if commit.touched & WATCHED:
            self._generation += 1
            self._known = {}
            self._passwords = {}

    async def by_token(self, token: str) -> Principal | None:
        """The owner of a live token."""
        key = hash_token(token)
        known = self._known.get(key)
        now = self.clock.now()
        if known is None or known.until <= now:
            generation = self._generation
            known = await self.store.read(lambda link: self._find_token(link, key, now))
            self._remember(generation, key, known)
        if known.expires is not None and known.expires <= now:
            return None
        return known.principal

    async def by_name(self, name: str) -> Principal | None:
        """The active user of that name."""
        return (await self._named(name)).principal

    async def _named(self, name: str) -> Known:
        key = f"name:{name}"
        known = self._known.get(key)
        now = self.clock.now()
        if known is None or known.until <= now:
            generation = self._generation
            known = await self.store.read(lambda link: self._find_name(link, name, now))
            self._remember(generation, key, known)
        return known

    async def by_id(self, principal_id: int) -> Principal | None:
        """The active user with that row id."""
        return await self.store.read(lambda link: self._find(link, "id", principal_id))

    async def by_password(self, name: str, password: str) -> Principal | None:
        """The active user of that name, if the password is theirs. A token is taken as a password too.

        Tokens come first, because they are quick to find and passwords are slow to verify on purpose.
        A verified password is remembered together with the hash it was held against, so that one that was changed by
        another process ends here as soon as the user is read again."""
        known = await self._named(name)
        principal, stored = known.principal, known.stored
        mark = hmac.digest(self._key, f"{name}\0{password}\0{stored}".encode(), "sha256")
        now = self.clock.now()
        if principal is not None and self._passwords.get(mark, 0) > now:
            return principal
        generation = self._generation
        owner = await self.by_token(password)
        if owner is not None:
            return owner if owner.name == name else None
        verified = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._verify, stored, password
        )
        if not verified or principal is None or stored is None:
            return None
        if generation == self._generation:
            if len(self._passwords) > REMEMBERED:
                self._passwords.clear()
            self._passwords[mark] = now + self.settings.password_memory * 1000
        return principal

    async def hash_password(self, password: str) -> str:
        """The argon2id hash to store for a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hasher.hash, password)

    def _verify(self, stored: str | None, password: str) -> bool:
        """The password fits the hash. Without one it takes as long, so that nobody learns which names there are."""
        if stored is None:
            stored = self._dummy = self._dummy or self.hasher.hash("no such user")
        try:
            return self.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _remember(self, generation: int, key: str, known: Known) -> None:
        if generation == self._generation:
            if len(self._known) > REMEMBERED:
                self._known = {}
            self._known[key] = known

    def _find_name(self, link: Link, name: str, now: int) -> Known:
        found = self.store.reader.matching(link, User, {"name": name, "active": True}, 1)
        stored = found[0].password_hash if found else None
        return Known(self._find(link, "name", name), now + self._seconds * 1000, stored=stored)

    def _find_token(self, link: Link, key: str, now: int) -> Known:
        until = now + self._seconds * 1000
        found = self.store.reader.matching(link, Credential, {"hash": key}, 1)
        if not found or found[0].revoked_at is not None:
            return Known(None, until)
        principal = self._find(link, "id", found[0].principal_id, found[0].id)
        return Known(principal, until, found[0].expires_at)

    def _find(
        self, link: Link, column: str, value: str | int, credential_id: int | None = None
    ) -> Principal | None:
        reader, postgres = self.store.reader, self.store.postgres
        users: list[User] = reader.matching(link, User, {column: value, "active": True}, 1)
        if not users:
            return None
        user = users[0]
        groups = groups_of(link, user.name, postgres)
        subjects = reader.rows(link, Grant, "subject", sorted({user.name, "*", *groups}))
        grants = tuple(
            GrantFact(grant.action, grant.target_type, grant.target)
            for grant in subjects
            if (grant.subject_type == "user" and grant.subject in (user.name, "*"))
            or (grant.subject_type == "group" and grant.subject in groups)
        )
        roles = frozenset(filter(None, user.roles.split(",")))
        return Principal(
            id=user.id,
            uid=user.uid,
            name=user.name,
            display_name=user.display_name,
            email=user.email,
            admin="admin" in roles,
            roles=roles,
            groups=groups,
            reports=reports_of(link, user.name, postgres),
            grants=grants,
            credential_id=credential_id,
        )
