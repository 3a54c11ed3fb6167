"""`python -m tests.services COMMAND…`: run a command with a real PostgreSQL and Redis, then stop them."""

import os
import subprocess
import sys

from tests.services import servers


def main() -> int:
    with servers.postgresql() as database, servers.redis() as queue:
        return subprocess.call(sys.argv[1:], env=os.environ | {"DATABASE_URL": database, "REDIS_URL": queue})


if __name__ == "__main__":
    sys.exit(main())
