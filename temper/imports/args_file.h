#pragma once
#include <string>
#include <string_view>

#include "temper/imports/arguments.h"

namespace temper::imports {

/// The size of such a file, at most; timm's have 4 kB.
inline constexpr std::size_t kMostArgsBytes = 256U << 10U;

/// Reads the file that timm's train.py writes beside its checkpoints, args.yaml: one YAML document,
/// a mapping of options to numbers, texts, lists of these or null. Anchors, aliases and tags, with
/// which a small file can stand for a large one, are refused.
///
/// Throws Error{Code::usage} with file and line for a text that is not that, and for options and
/// values that the script does not have.
/// @param name  of the file, for messages
void read_args(std::string_view text, const std::string& name, Arguments& into);

}  // namespace temper::imports
