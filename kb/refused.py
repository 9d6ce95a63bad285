"""Why the system would not open or write a file, in both languages."""

from __future__ import annotations

import errno

from kb.text import Text

_CHINESE = {
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许的操作",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ELOOP: "符号链接的层数太多",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "文件系统是只读的",
    errno.EIO: "读写出错",
    errno.EMFILE: "打开的文件太多",
}  # what people meet; whatever else it is, the system's own words are better than none


def refused(error: OSError) -> Text:
    """The reason an `OSError` gives."""
    said = error.strerror or type(error).__name__
    return Text(said, _CHINESE.get(error.errno or 0, said))


def unreadable(error: OSError) -> Text:
    """What is said of a file that could not be read for the reason an `OSError` gives."""
    why = refused(error)
    return Text(f"cannot be read: {why.en}", f"无法读取：{why.zh}")
