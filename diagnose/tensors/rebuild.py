"""What a pickle's calls would have built: tensors and plain containers become records, all else an inert `Thing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from diagnose.tensors import arrays
from diagnose.tensors.inert import Ledger, Named, Thing, key_of
from diagnose.tensors.records import Damaged, Dense, Quantised, Sparse, Unread, dense, extents
from diagnose.tensors.suspicion import OLD_NAMES
from kb.text import Text


@dataclass(frozen=True)
class Context:
    """What the surrounding file knows: what a persistent id stands for, and how a file inside a string is opened."""

    persistent: Callable[[Any], Any]
    nested: Callable[[bytes], Any]


Builder = Callable[[tuple[Any, ...], Ledger, Context], Any]


def call(what: Any, arguments: Any, ledger: Ledger, context: Context) -> Any:
    """What calling ``what`` would give; nothing is called but our own builders."""
    if not isinstance(what, Named):
        ledger.refuse(f"{what.kind}()" if isinstance(what, Thing) else f"{type(what).__name__}()")
        return Thing("call", arguments)
    if not isinstance(arguments, tuple):
        raise Damaged(Text("its pickle calls something without arguments", "其中的 pickle 调用时没有给出参数"))
    builder = BUILDERS.get(f"{OLD_NAMES.get(what.module, what.module)}.{what.name}")
    if builder is None:
        ledger.note(what, "call")
        return Thing(what.full, arguments)
    try:
        return builder(arguments, ledger, context)
    except (IndexError, TypeError, ValueError, AttributeError, OverflowError):
        return Thing(what.full, arguments)  # not what this function is given as a rule


def make(what: Any, arguments: Any, ledger: Ledger, context: Context) -> Any:
    """What ``what.__new__`` would give: how ordinary objects are stored."""
    if not isinstance(what, Named):
        ledger.refuse("object.__new__")
        return Thing("object", arguments)
    builder = BUILDERS.get(what.full)
    if builder is not None:
        return call(what, arguments, ledger, context)
    ledger.note(what, "make")
    return Thing(what.full, arguments)


def _tensor(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    storage, offset, size, stride, *rest = arguments
    extra = rest[2] if len(rest) > 2 and isinstance(rest[2], dict) else {}
    return dense(storage, offset, size, stride, negated=extra.get("neg") is True)


def _tensor_with_dtype(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    storage, offset, size, stride, _grad, _hooks, dtype, *rest = arguments
    extra = rest[0] if rest and isinstance(rest[0], dict) else {}
    return dense(storage, offset, size, stride, _dtype_name(dtype), negated=extra.get("neg") is True)


def _quantised(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    storage, offset, size, stride, scheme, *_ = arguments
    integers = dense(storage, offset, size, stride)
    if not isinstance(integers, Dense) or not integers.dtype.startswith(("qint", "quint")):
        return integers
    kind, scale, zero, *axis = scheme
    if kind.name.startswith("per_tensor"):
        return Quantised(integers.dtype, integers, float(scale), float(zero))
    fits = isinstance(scale, Dense) and isinstance(zero, Dense) and axis and 0 <= axis[0] < len(integers.shape)
    if not fits or not scale.shape == zero.shape == (integers.shape[axis[0]],):
        return Unread(integers.dtype, integers.shape, Text("its scales do not fit its shape", "其量化比例与形状不符"))
    return Quantised(integers.dtype, integers, scale, zero, axis[0])


def _sparse(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    layout, parts = arguments[:2]
    coordinates = layout == "torch.sparse_coo" or (isinstance(layout, Named) and layout.name == "sparse_coo")
    values, size = (parts[1], parts[2]) if coordinates else (parts[2], parts[3])
    shape = extents(size)
    if not isinstance(values, Dense):
        return Unread(
            getattr(values, "dtype", ""), shape, Text("its sparse values cannot be read", "其稀疏数值无法读取")
        )
    if coordinates and not (len(parts) > 3 and parts[3] is True):
        why = Text(
            "its sparse entries may repeat (call coalesce() before saving)",
            "其稀疏条目可能重复（保存前请调用 coalesce()）",
        )
        return Unread(values.dtype, shape, why)
    return Sparse(values.dtype, shape, values)


def _or_unread(builder: Builder) -> Builder:
    """The builder, but that a tensor which makes no sense costs the file no more than itself."""

    def built(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
        try:
            return builder(arguments, ledger, context)
        except Damaged as damage:
            return Unread("", (), damage.what)

    return built


def _layout(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    return arguments[0]


def _meta(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    why = Text("it was saved from the meta device, without values", "它保存自 meta 设备，没有数值")
    return Unread(_dtype_name(arguments[0]), extents(arguments[1]), why)


def _wrapper(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    why = Text("it is a tensor subclass that keeps its values elsewhere", "它是张量的子类，数值存放在别处")
    return Unread(_dtype_name(arguments[1]), extents(arguments[2]), why)


def _nested(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    buffer = arguments[0]
    return Dense(buffer.dtype, buffer.shape, buffer.stride, buffer.offset, buffer.storage)


def _first(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    return arguments[0]


def _subclass(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    function, kind, inner, *_ = arguments
    if isinstance(kind, Named):
        ledger.note(kind, "make")
    return call(function, inner, ledger, context)


def _from_numpy(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    array = arguments[0]
    found = array.record() if isinstance(array, arrays.Array) else None
    return Thing("numpy.ndarray", arguments) if found is None else found


def _reconstructed(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    return make(arguments[0], arguments[2:], ledger, context)


def _newobj(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    return make(arguments[0], arguments[1:], ledger, context)


def _dict(arguments: tuple[Any, ...], ledger: Ledger, _context: Context) -> Any:
    found: dict[Any, Any] = {}
    for source in arguments:
        if isinstance(source, (dict, list, tuple)):
            ledger.charge(100 * len(source))
            pairs = source.items() if isinstance(source, dict) else source
            found.update((key_of(key), value) for key, value in pairs)
    return found


def _list(arguments: tuple[Any, ...], ledger: Ledger, _context: Context) -> Any:
    source = arguments[0] if arguments else ()
    ledger.charge(8 * len(source))
    return list(source)


def _tuple(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    return tuple(_list(arguments, ledger, context))


def _encoded(arguments: tuple[Any, ...], ledger: Ledger, _context: Context) -> Any:
    # Protocol 2 has no bytes: they are stored as text, to be encoded.
    text = arguments[0]
    ledger.charge(len(text))
    return text.encode("latin-1")


def _bytes(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    if arguments and isinstance(arguments[0], list):
        ledger.charge(len(arguments[0]))
        return bytes(arguments[0])
    if arguments and isinstance(arguments[0], str):
        return _encoded(arguments, ledger, context)
    return arguments[0] if arguments and isinstance(arguments[0], bytes) else b""


def _complex(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    return complex(*arguments)


def _path(arguments: tuple[Any, ...], ledger: Ledger, _context: Context) -> Any:
    ledger.charge(sum(len(part) for part in arguments))
    return "/".join(arguments).replace("//", "/")


def _device(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    return ":".join(str(part)[:40] for part in arguments[:2] if isinstance(part, (str, int)))


def _attribute(arguments: tuple[Any, ...], ledger: Ledger, _context: Context) -> Any:
    # How an enum member or a nested class is stored; anything cleverer is refused.
    owner, name = arguments[:2]
    if not isinstance(owner, Named) or not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        ledger.refuse("builtins.getattr")
        return Thing("builtins.getattr", arguments)
    inner = Named(owner.module, f"{owner.name}.{name}")
    ledger.note(inner, "mention")
    if not owner.name.rpartition(".")[2][:1].isupper():
        ledger.refuse("builtins.getattr")
    return inner


def _inner_file(arguments: tuple[Any, ...], ledger: Ledger, context: Context) -> Any:
    ledger.charge(len(arguments[0]))
    return context.nested(arguments[0])


def _partial(arguments: tuple[Any, ...], _ledger: Ledger, _context: Context) -> Any:
    return Thing("functools.partial", arguments)


def _dtype_name(dtype: Any) -> str:
    return dtype.name if isinstance(dtype, Named) and dtype.module == "torch" else ""


BUILDERS: dict[str, Builder] = {
    "torch._utils._rebuild_tensor": _or_unread(_tensor),
    "torch._utils._rebuild_tensor_v2": _or_unread(_tensor),
    "torch._utils._rebuild_tensor_v3": _or_unread(_tensor_with_dtype),
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._utils._rebuild_qtensor": _or_unread(_quantised),
    "torch._utils._rebuild_sparse_tensor": _or_unread(_sparse),
    "torch._utils._rebuild_sparse_csr_tensor": _or_unread(_sparse),
    "torch._utils._rebuild_nested_tensor": _nested,
    "torch._utils._rebuild_meta_tensor_no_storage": _or_unread(_meta),
    "torch._utils._rebuild_wrapper_subclass": _or_unread(_wrapper),
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": _first,
    "torch._utils._rebuild_device_tensor_from_numpy": _from_numpy,
    "torch._utils._rebuild_xla_tensor": _from_numpy,
    "torch._tensor._rebuild_from_type": _subclass,
    "torch._tensor._rebuild_from_type_v2": _subclass,
    "torch.nn.parameter.Parameter": _first,
    "torch.serialization._get_layout": _layout,
    "torch.storage._load_from_bytes": _inner_file,
    "torch.Size": _tuple,
    "torch.device": _device,
    "torch.jit._pickle.build_intlist": _list,
    "torch.jit._pickle.build_doublelist": _list,
    "torch.jit._pickle.build_boollist": _list,
    "torch.jit._pickle.build_tensorlist": _list,
    "torch.jit._pickle.restore_type_tag": _first,
    "collections.OrderedDict": _dict,
    "collections.Counter": _dict,
    "collections.defaultdict": lambda arguments, ledger, context: _dict(arguments[1:], ledger, context),
    "collections.deque": _list,
    "builtins.dict": _dict,
    "builtins.list": _list,
    "builtins.set": _list,
    "builtins.frozenset": _list,
    "builtins.tuple": _tuple,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "builtins.complex": _complex,
    "builtins.getattr": _attribute,
    "functools.partial": _partial,
    "_codecs.encode": _encoded,
    "copyreg._reconstructor": _reconstructed,
    "copyreg.__newobj__": _newobj,
    "pathlib.PosixPath": _path,
    "pathlib.WindowsPath": _path,
    "pathlib.PurePosixPath": _path,
    "pathlib.PureWindowsPath": _path,
    "pathlib.Path": _path,
    "pathlib._local.PosixPath": _path,
    "pathlib._local.WindowsPath": _path,
    "numpy.dtype": lambda arguments, _ledger, _context: arrays.Kind(arguments[0]),
    "numpy.core.multiarray._reconstruct": lambda *_: arrays.Array(),
    "numpy._core.multiarray._reconstruct": lambda *_: arrays.Array(),
    "numpy.core.multiarray.scalar": lambda arguments, _ledger, _context: arrays.scalar(*arguments),
    "numpy._core.multiarray.scalar": lambda arguments, _ledger, _context: arrays.scalar(*arguments),
    "numpy.core.numeric._frombuffer": lambda arguments, _ledger, _context: arrays.framed(*arguments),
    "numpy._core.numeric._frombuffer": lambda arguments, _ledger, _context: arrays.framed(*arguments),
}
