"""What graphql-core says of a document or of variables that are wrong, in Chinese: a table of its sentences.

The table is by pattern, since the library makes its sentences itself. A sentence it lacks is answered by one of our own
with the place, never in English; a test holds the table against the library's code. Names of the schema or of the
document stay as they are. Nothing is suggested in either language.
"""

import re
from collections.abc import Sequence

from graphql import SourceLocation

from schema.context import Language

# What else there is, by graphql-core, and how to let Python read longer numbers.
UNTOLD = re.compile(r" Did you mean .*|Exceeds the limit \(.* to increase the limit", re.DOTALL)
LONGEST = 600  # characters of a sentence that is translated: longer ones carry values of the caller

SENTENCES = {
    # ── Syntax ──
    "Syntax Error: {said}": "语法错误:{said}",
    "Expected {wanted}, found {found}.": "应为 {wanted},实为 {found}。",
    "Unexpected {found}.": "意外的 {found}。",
    "Unexpected '..', did you mean '...'?": "意外的 '..',应为 '...'。",
    "Unexpected single quote character ('), did you mean to use a double quote (\")?": "不可使用单引号,请用双引号。",
    "Unexpected variable '${name}' in constant value.": "常量值中不可使用变量 ${name}。",
    "Unexpected description, descriptions are not supported on shorthand queries.": "简写查询不可带描述。",
    "Unexpected description, only GraphQL definitions support descriptions.": "此处不可带描述。",
    "Unexpected character: {found}.": "意外的字符 {found}。",
    "Invalid character: {found}.": "无效字符 {found}。",
    "Invalid character within String: {found}.": "字符串中有无效字符 {found}。",
    "Invalid number, expected digit before '.', did you mean '0.{digits}'?": "数字无效:小数点前须有数字。",
    "Invalid number, unexpected digit after 0: {found}.": "数字无效:0 之后不可有数字 {found}。",
    "Invalid number, expected digit but got: {found}.": "数字无效:应为数字,实为 {found}。",
    "Invalid Unicode escape sequence: '{found}'.": "Unicode 转义无效:{found}。",
    "Invalid character escape sequence: '{found}'.": "字符转义无效:{found}。",
    "Unterminated string.": "字符串没有结束。",
    "{found} is reserved and cannot be used for an enum value.": "{found} 为保留字,不可作枚举值。",
    "Document contains more than {most} tokens. Parsing aborted.": "文档超过 {most} 个词法单元,已停止解析。",
    "Document contains more than {most} comments. Parsing aborted.": "文档超过 {most} 条注释,已停止解析。",
    "Source contains more than {most} code points. Parsing aborted.": "文档超过 {most} 个字符,已停止解析。",
    "Document is nested too deeply. Parsing aborted.": "文档嵌套过深,已停止解析。",
    # ── What may stand in a document ──
    "The {name} definition is not executable.": "{name} 不是可执行的定义。",
    "The {kind} operation is not supported by the schema.": "本服务不支持 {kind} 操作。",
    "There can be only one operation named '{name}'.": "操作名 {name} 重复。",
    "This anonymous operation must be the only defined operation.": "未命名的操作须是文档中唯一的操作。",
    "Anonymous Subscription must {said}": "未命名的订阅{said}",
    "Subscription '{name}' must {said}": "订阅 {name} {said}",
    "not use `@skip` or `@include` directives in the top level selection.": "的顶层不可使用 @skip 或 @include。",
    "select one top level field.": "须选择一个顶层字段。",
    "select only one top level field.": "只能选择一个顶层字段。",
    "not select an introspection top level field.": "的顶层不可选择内省字段。",
    "Unknown type '{name}'.": "没有类型 {name}。",
    "Cannot query field '{field}' on type '{kind}'.": "类型 {kind} 没有字段 {field}。",
    "Field '{field}' must not have a selection since type '{kind}' has no subfields.": (
        "字段 {field} 的类型 {kind} 没有子字段,不可再作选择。"
    ),
    "Field '{field}' of type '{kind}' must have a selection of subfields.": (
        "字段 {field} 的类型为 {kind},须选择其子字段。"
    ),
    "Field '{field}' of type '{kind}' must have at least one field selected.": (
        "字段 {field} 的类型为 {kind},至少须选择一个子字段。"
    ),
    "Fields '{name}' conflict because {said}. Use different aliases on the fields to fetch both if this was "
    "intentional.": "字段 {name} 相互冲突:{said}。若需同时查询,请用不同的别名。",
    "subfields '{name}' conflict because {said}": "其子字段 {name} 相互冲突:{said}",
    "{first} and {second} are different fields": "{first} 与 {second} 是不同的字段",
    "they have differing arguments": "参数不同",
    "they have overlapping stream directives{rest}": "@stream 指令重叠",
    "they return conflicting types '{one}' and '{other}'": "类型 {one} 与 {other} 不相容",
    "Spreads '{name}' conflict because {first} and {second} have different fragment arguments.": (
        "片段 {name} 的两处引用参数不同,相互冲突。"
    ),
    # ── Fragments ──
    "Fragment cannot condition on non composite type '{kind}'.": "片段不可用于类型 {kind}。",
    "Fragment '{name}' cannot condition on non composite type '{kind}'.": "片段 {name} 不可用于类型 {kind}。",
    "There can be only one fragment named '{name}'.": "片段名 {name} 重复。",
    "Unknown fragment '{name}'.": "没有片段 {name}。",
    "Fragment '{name}' is never used.": "片段 {name} 从未使用。",
    "Fragment cannot be spread here as objects of type '{kind}' can never be of type '{other}'.": (
        "此处不可使用该片段:{kind} 不可能是 {other}。"
    ),
    "Fragment '{name}' cannot be spread here as objects of type '{kind}' can never be of type '{other}'.": (
        "此处不可使用片段 {name}:{kind} 不可能是 {other}。"
    ),
    "Cannot spread fragment '{name}' within itself via {path}.": "片段 {name} 经 {path} 引用了自身。",
    "Cannot spread fragment '{name}' within itself.": "片段 {name} 引用了自身。",
    "Maximum introspection depth exceeded": "内省层数过深。",
    # ── Variables ──
    "There can be only one variable named '${name}'.": "变量 ${name} 重复。",
    "Variable '${name}' cannot be non-input type '{kind}'.": "变量 ${name} 的类型 {kind} 不是输入类型。",
    "Variable '${name}' expected value of type '{kind}' which cannot be used as an input type.": (
        "变量 ${name} 的类型 {kind} 不是输入类型。"
    ),
    "Variable '${name}' is not defined by operation '{operation}'.": "操作 {operation} 没有声明变量 ${name}。",
    "Variable '${name}' is not defined.": "没有声明变量 ${name}。",
    "Variable '${name}' is never used in operation '{operation}'.": "操作 {operation} 中变量 ${name} 从未使用。",
    "Variable '${name}' is never used in fragment '{fragment}'.": "片段 {fragment} 中变量 ${name} 从未使用。",
    "Variable '${name}' is never used.": "变量 ${name} 从未使用。",
    "Variable '${name}' of type '{kind}' used in position expecting type '{other}'.": (
        "变量 ${name} 的类型为 {kind},此处需要 {other}。"
    ),
    "Variable '${name}' is of type '{kind}' but must be non-nullable to be used for OneOf Input Object '{other}'.": (
        "变量 ${name} 的类型为 {kind},用于 {other} 时不可为空。"
    ),
    "Variable '${name}' has invalid value at {path}: {said}": "变量 ${name} 的值在 {path} 处无效:{said}",
    "Variable '${name}' has invalid value: {said}": "变量 ${name} 的值无效:{said}",
    "Variable '${name}' has invalid default value at {path}: {said}": "变量 ${name} 的默认值在 {path} 处无效:{said}",
    "Variable '${name}' has invalid default value: {said}": "变量 ${name} 的默认值无效:{said}",
    "Variable '${name}' defined by fragment '{fragment}' has invalid{part}value{path}: {said}": (
        "片段 {fragment} 的变量 ${name} 的值无效:{said}"
    ),
    "Too many errors processing variables, error limit reached. Execution aborted.": "变量的错误过多,已停止。",
    "Variable values are nested too deeply.": "变量的值嵌套过深。",
    # ── Directives and arguments ──
    "Unknown directive '@{name}'.": "没有指令 @{name}。",
    "Directive '@{name}' may not be used on {place}.": "指令 @{name} 不可用于 {place}。",
    "The directive '@{name}' can only be used once at this location.": "指令 @{name} 在此处只能使用一次。",
    "{name} directive cannot be used on root {kind} type '{other}'.": "根类型 {other} 不可使用指令 {name}。",
    "{name} directive not supported on {rest}": "此处不支持指令 {name}。",
    "{name} directive label argument must be a static string.": "指令 {name} 的 label 须为固定文本。",
    "Defer/Stream directive label argument must be unique.": "@defer 与 @stream 的 label 不可重复。",
    "Stream directive cannot be used on non-list field{field} on type '{kind}'.": "@stream 仅可用于列表字段。",
    "Unknown argument '{name}' on directive '@{directive}'.": "指令 @{directive} 没有参数 {name}。",
    "Unknown argument '{name}' on fragment '{fragment}'.": "片段 {fragment} 没有参数 {name}。",
    "Unknown argument '{name}' on field '{field}'.": "字段 {field} 没有参数 {name}。",
    "There can be only one argument named '{name}'.": "参数 {name} 重复。",
    "Argument '{name}' of type '{kind}' is required, but it was not provided.": "缺少必填参数 {name}(类型 {kind})。",
    "Fragment '{fragment}' argument '{name}' of type '{kind}' is required, but it was not provided.": (
        "片段 {fragment} 缺少必填参数 {name}(类型 {kind})。"
    ),
    "Argument '{name}' has invalid default value{path}: {said}": "参数 {name} 的默认值无效:{said}",
    "Argument '{name}' has invalid value at {path}: {said}": "参数 {name} 的值在 {path} 处无效:{said}",
    "Argument '{name}' has invalid value: {said}": "参数 {name} 的值无效:{said}",
    "Argument '{name}' of required type '{kind}' was not provided.": "缺少必填参数 {name}(类型 {kind})。",
    "Variable '${name}' defined by fragment '{fragment}' of required type '{kind}' was not provided.": (
        "片段 {fragment} 缺少必填参数 {name}(类型 {kind})。"
    ),
    # ── Values ──
    "There can be only one input field named '{name}'.": "输入字段 {name} 重复。",
    "Expected a value of non-null type '{kind}' to be provided.": "缺少类型为 {kind} 的值。",
    "Expected value of non-null type '{kind}' not to be None.": "类型为 {kind} 的值不可为空。",
    "Expected value of type '{kind}' to be an object, found: {value}.": "类型 {kind} 的值须为对象。",
    "Expected value of type '{kind}' to include required field '{field}', found: {value}.": (
        "类型 {kind} 的值缺少必填字段 {field}。"
    ),
    "Expected value of type '{kind}' not to include unknown field '{field}', found: {value}.": (
        "类型 {kind} 没有字段 {field}。"
    ),
    "Expected value of type '{kind}' not to include unknown field '{field}'.": "类型 {kind} 没有字段 {field}。",
    "Expected value of type '{kind}', but encountered error '{said}'; found: {value}.": "{said}(类型 {kind})",
    "Expected value of type '{kind}', found: {value}.": "值不属于类型 {kind}。",
    "Expected variable '${name}' provided to {rest}": "变量 ${name} 须有值且不可为空。",
    "Within OneOf Input Object type '{kind}', exactly one field must be specified, and the value for that field must "
    "be non-null.": "类型 {kind} 须且只能填写一个字段,且其值不可为空。",
    "Value '{name}' does not exist in '{kind}' enum.": "枚举 {kind} 没有值 {name}。",
    "{kind} cannot represent value: {value}": "值不属于类型 {kind}。",
    "{kind} cannot represent a {rest}": "值不属于类型 {kind}。",
    "{kind} cannot represent non{rest}": "值不属于类型 {kind}。",
    "{value} is not a date like 2024-02-29.": "日期格式须如 2024-02-29。",
    "{value} is not a moment with its offset like 2024-02-29T09:30:00+08:00.": (
        "时刻须带时区,格式如 2024-02-29T09:30:00+08:00。"
    ),
    "Validation aborted.": "已停止校验。",
    "Too many validation errors, error limit reached. Validation aborted.": "错误过多,已停止校验。",
}
ANY = {"said": "(?P<said>.*)", "value": "(?P<value>.*)", "rest": "(?P<rest>.*)"}  # at the end, or with what is ours


def _pattern(sentence: str) -> re.Pattern[str]:
    """Names are short and without the mark that ends them, so that no text makes the search long."""
    parts = re.split(r"\{(\w+)\}", sentence)
    words = (
        (ANY.get(part) or f"(?P<{part}>[^\n]{{0,120}}?)") if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
    return re.compile("".join(words), re.DOTALL)


# Those with more words of their own first: what fits them may fit others too.
PATTERNS = [
    (_pattern(sentence), chinese)
    for sentence, chinese in sorted(SENTENCES.items(), key=lambda each: -len(re.sub(r"\{\w+\}", "", each[0])))
]


def worded(said: str, language: Language, locations: Sequence[SourceLocation] = ()) -> str:
    """What graphql-core `said`, in the caller's language, without what it suggests."""
    told = UNTOLD.sub("", said)
    if language == "en":
        return told
    return (
        _chinese(told) or "查询文档不合法" + "".join(f",第 {one.line} 行第 {one.column} 列" for one in locations) + "。"
    )


def _chinese(said: str) -> str | None:
    if len(said) > LONGEST:
        return None
    for pattern, chinese in PATTERNS:
        if found := pattern.fullmatch(said):
            parts = found.groupdict()
            if "said" in parts:
                parts["said"] = _chinese(parts["said"]) or "值无效"
            return _filled(chinese, parts)
    return None


def _filled(chinese: str, parts: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: parts[name[1]], chinese)
