"""Which names in a pickle would have run something dangerous, which only need their classes, and which are harmless.

Loading a pickle imports every module it names and calls what it is told to. Three uses are told apart:
a *mention* (the name alone), a *make* (``__new__`` of a class, how every ordinary object is stored) and a
*call* (any callable with any arguments, how exploits are stored). The rule, strictest first:

- a name from a module that reaches the system or loads code is unsafe even when only mentioned;
- anything else of the standard library is unsafe when called, unless it is on the list of harmless ones;
- a third party's or the project's own class may be made or called: its code is the user's, not the file's,
  and the file needs it to load (foreign). A class is told by its name, which starts with a capital;
- any other function call is unsafe: nobody knows what it does.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Literal

Use = Literal["mention", "make", "call"]
Verdict = Literal["harmless", "foreign", "unsafe"]

REACHING = frozenset(
    """
    os posix nt ntpath _posixsubprocess subprocess commands popen2 sys shutil socket _socket socketserver ssl select
    importlib imp runpy pkgutil zipimport pty tty ctypes _ctypes cffi pickle _pickle cPickle marshal shelve dbm
    code codeop pdb bdb cProfile profile timeit trace doctest pydoc webbrowser antigravity idlelib lib2to3 distutils
    pip setuptools ensurepip venv multiprocessing asyncio _asyncio signal faulthandler urllib urllib2 http httplib
    ftplib smtplib telnetlib poplib imaplib nntplib xmlrpc cgi wsgiref requests httpx aiohttp paramiko fabric pexpect
    tempfile fileinput linecache inspect gc sqlite3 _sqlite3 zipfile tarfile mmap resource fcntl winreg _winreg msvcrt
    site sysconfig dill cloudpickle jsonpickle gdb lldb
    """.split()  # noqa: SIM905 - a word list reads better than 100 quoted strings
)

# A dotted module below any other standard module (``code.models``) is a project's own package of that name.
PACKAGES = frozenset(
    """
    asyncio collections compression concurrent ctypes curses dbm distutils email encodings ensurepip html http idlelib
    importlib json lib2to3 logging multiprocessing os pathlib re sqlite3 string sysconfig tkinter tomllib unittest
    urllib venv wsgiref xml xmlrpc zipfile zoneinfo
    """.split()  # noqa: SIM905 - see above
)

# Builtins that run code, open files or reach other names; the rest of them make plain values.
SHARP_BUILTINS = frozenset(
    """
    eval exec execfile compile open file input raw_input __import__ apply getattr setattr delattr globals locals vars
    breakpoint help exit quit memoryview reload map filter classmethod staticmethod property super
    """.split()  # noqa: SIM905 - see above
)
MENTIONABLE = frozenset(("getattr", "map", "filter", "super", "memoryview", "property", "classmethod", "staticmethod"))
PLAIN_BUILTINS = frozenset(
    """
    set frozenset list dict tuple int long float complex bool bytes bytearray str unicode object slice range xrange
    enumerate zip reversed NoneType Ellipsis NotImplemented type
    """.split()  # noqa: SIM905 - see above
)

# Standard-library callables that only make a value out of their arguments.
HARMLESS = frozenset(
    """
    collections.OrderedDict collections.defaultdict collections.Counter collections.deque collections.ChainMap
    collections.UserDict collections.UserList datetime.datetime datetime.date datetime.time datetime.timedelta
    datetime.timezone decimal.Decimal _decimal.Decimal fractions.Fraction uuid.UUID uuid.SafeUUID argparse.Namespace
    types.SimpleNamespace types.MappingProxyType functools.partial logging.getLogger logging.Logger logging.RootLogger
    copyreg._reconstructor copyreg.__newobj__ copyreg.__newobj_ex__ copyreg.__reduce_ex__ _codecs.encode array.array
    array._array_reconstructor re._compile re.Pattern io.BytesIO io.StringIO _io.BytesIO _io.StringIO time.struct_time
    random.Random operator.itemgetter operator.attrgetter itertools.count itertools.cycle itertools.repeat
    itertools.chain itertools.product zoneinfo.ZoneInfo._unpickle zoneinfo.ZoneInfo ipaddress.IPv4Address
    ipaddress.IPv6Address string.Template weakref.WeakKeyDictionary weakref.WeakValueDictionary weakref.ref
    threading.Lock threading.RLock enum.EnumMeta enum.Enum enum.IntEnum enum.Flag enum.auto collections.abc.Mapping
    """.split()  # noqa: SIM905 - see above
)
HARMLESS_MODULES = frozenset(("pathlib", "pathlib._local", "numbers", "typing", "abc", "collections.abc", "fractions"))

# Parts of the libraries every checkpoint leans on; making or mentioning them deserves no note.
FAMILIAR = frozenset(("torch", "numpy"))
KNOWN_FUNCTIONS = (
    "torch._utils._rebuild_",
    "torch._tensor._rebuild_",
    "torch.jit._pickle.",
    "torch.storage._load_from",
)
KNOWN_CALLS = frozenset(
    """
    torch.Size torch.device torch.dtype torch.Generator torch.tensor torch.serialization._get_layout
    torch.nn.parameter.Parameter torch.nn.parameter.Buffer torch._tensor.Tensor
    numpy.dtype numpy.ndarray numpy.core.multiarray._reconstruct numpy._core.multiarray._reconstruct
    numpy.core.multiarray.scalar numpy._core.multiarray.scalar numpy.core.numeric._frombuffer
    numpy._core.numeric._frombuffer numpy.random._pickle.__randomstate_ctor numpy.random._pickle.__generator_ctor
    numpy.random._pickle.__bit_generator_ctor numpy.ma.core._mareconstruct numpy.random.__RandomState_ctor
    """.split()  # noqa: SIM905 - see above
)
OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg", "UserDict": "collections", "exceptions": "builtins"}


@lru_cache(maxsize=4096)
def judge(module: str, name: str, use: Use) -> Verdict:
    """How risky ``use`` of ``module.name`` is when the file is really loaded."""
    module = OLD_NAMES.get(module, module)
    root = module.partition(".")[0]
    path = [root, *module.split(".")[1:], *name.split(".")]
    full = f"{module}.{name}"
    own_package = "." in module and root in sys.stdlib_module_names and root not in PACKAGES
    if (root in REACHING and not own_package) or _passes_through(path):
        return "unsafe"
    if root == "builtins":
        return _builtin(name, use)
    if full in HARMLESS or module in HARMLESS_MODULES or full in KNOWN_CALLS or full.startswith(KNOWN_FUNCTIONS):
        return "harmless"
    if root in sys.stdlib_module_names and not own_package:
        risky = use != "mention" or (root == "types" and name in ("FunctionType", "CodeType", "MethodType"))
        return "unsafe" if risky or (root == "operator" and name == "methodcaller") else "harmless"
    if use == "call" and not _class_like(path[-1]):
        return "unsafe"
    if root in FAMILIAR and (use == "mention" or not module.startswith("torch.nn")):
        return "harmless"
    return "harmless" if use == "mention" else "foreign"


def _passes_through(path: list[str]) -> bool:
    # ``torch.serialization`` + ``os.system`` reaches os through somebody's import of it.
    return any(part in ("os", "sys", "subprocess", "builtins", "__builtins__", "__globals__") for part in path[1:-1])


def _builtin(name: str, use: Use) -> Verdict:
    if name in SHARP_BUILTINS:
        return "harmless" if use == "mention" and name in MENTIONABLE else "unsafe"
    if use == "mention" or _class_like(name) or (name in PLAIN_BUILTINS and name != "type"):
        return "harmless"
    return "unsafe"


def _class_like(name: str) -> bool:
    bare = name.lstrip("_")
    return bare[:1].isupper()
