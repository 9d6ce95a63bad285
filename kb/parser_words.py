"""What parsers of JSON, YAML and TOML, databases and archives complain of, in both languages."""

from __future__ import annotations

import re

from kb.text import Text

_CHINESE = {  # what they say, and what a Chinese reader is told
    r"Expecting value": "这里缺少一个值",
    r"Expecting property name enclosed in double quotes": "这里应是双引号括起的键名",
    r"Expecting ':' delimiter": "键名后面缺少冒号",
    r"Expecting ',' delimiter": "两项之间缺少逗号",
    r"Unterminated string(?: starting at)?|Expected .'+.": "从这里开始的字符串没有结束的引号",
    r"Extra data": "完整的内容之后还有多余的文字",
    r"Invalid control character at": "字符串中有不允许的控制字符",
    r"Invalid \\.*": "字符串中的反斜杠转义无效",
    r"Illegal trailing comma before end of (?:object|array)": "最后一项后面多了一个逗号",
    r"Exceeds the limit .*": "整数的位数太多",
    r"mapping values are not allowed .*": "这里不能再写“键: 值”，多半是缩进不对，或冒号没有加引号",
    r"did not find expected node content": "这里缺少内容",
    r"did not find expected key": "这里应是一个键，多半是缩进不一致",
    r"did not find expected '-' indicator": "列表的这一项缺少开头的“-”",
    r"did not find expected ',' or '\]'": "列表缺少逗号或右方括号",
    r"did not find expected ',' or '\}'": "映射缺少逗号或右花括号",
    r"could not find expected ':'": "键名后面缺少冒号",
    r"found character .*that cannot start any token": "出现了不能用作开头的字符，例如制表符、@ 或 `",
    r"found a tab character .*": "缩进中有制表符，YAML 只允许空格",
    r"found unexpected end of stream": "文件到此中断，引号或括号没有闭合",
    r"found unexpected document indicator": "引号没有闭合就出现了文档分隔符",
    r"found undefined alias.*|found undefined tag handle": "引用了没有定义的名称",
    r"found duplicate anchor.*": "同一个锚点定义了两次",
    r"found unknown escape character": "双引号中的反斜杠转义无效",
    r"did not find expected .*": "这里缺少应有的符号",
    r"Invalid value": "这里不是有效的值，文字要加引号",
    r"Invalid statement|Expected '=' after a key in a key/value pair": "这一行不是“名称 = 值”",
    r"Expected '\]+' at the end of (?:a table declaration|an array declaration)": "表名缺少右方括号",
    r"Expected newline or end of document after a statement": "一行只能写一个“名称 = 值”",
    r"Cannot (?:overwrite a value|declare .* twice|mutate immutable namespace .*)": "同一个名称写了两次",
    r"Unclosed (?:array|inline table)": "方括号或花括号没有闭合",
    r"database disk image is malformed": "文件内容已损坏",
    r"file is not a database": "文件不是数据库",
    r"file is encrypted or is not a database": "文件已加密，或不是数据库",
    r"unsupported file format": "数据库文件的版本不受支持",
    r"malformed database schema.*": "数据库的表结构已损坏",
    r"no such table: (.+)": "缺少数据表 {0}",
    r"no such column: (.+)": "缺少列 {0}",
    r"database (?:table )?is locked.*": "数据库正被其他程序占用",
    r"unable to open database file": "无法打开数据库文件",
    r"disk I/O error": "读写磁盘出错",
    r"database or disk is full": "磁盘已满",
    r"attempt to write a readonly database": "数据库是只读的",
    r"Could not decode to UTF-8 column '(.*?)'.*": "列 {0} 中的文字不是有效的 UTF-8",
    r".*codec can't decode .*": "其中的文字不是有效的 UTF-8",
    r"Bad magic number.*|Truncated file header": "条目的文件头已损坏",
    r"Bad CRC-32.*": "校验和不符，数据已损坏",
    r"That compression method is not supported": "使用了不支持的压缩方式",
    r".*(?:is encrypted|password required).*": "条目已加密",
    r"Error -\d+ while decompressing.*": "压缩的数据已损坏",
    r"(?:Compressed file ended before|EOF).*": "数据提前结束",
    r"File name in directory .* differ.*": "目录与条目中的文件名不一致",
}


def in_both(said: str, otherwise: Text) -> Text:
    """The complaint of a parser; what has no Chinese here, and what was said in no words, is told as ``otherwise``."""
    said = said.strip()
    for pattern, chinese in _CHINESE.items():  # compiled only now: the command must start quickly
        if match := re.fullmatch(pattern, said, re.DOTALL):
            return Text(said, chinese.format(*match.groups()))
    return Text(said or otherwise.en, otherwise.zh)
