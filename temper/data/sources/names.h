#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "temper/data/sources/source.h"

/// What data calls its files and classes is written to recipes, JSON, checkpoints and reports,
/// which are UTF-8, and is told apart there. Names are checked where they enter, so that nothing
/// behind has to: control characters are part of a name, bytes that are not UTF-8 are refused.
namespace temper::data {

/// Throws Error{Code::data} for a path that is not UTF-8, with the part to rename, and how.
void check_path(const std::filesystem::path& path);

/// Throws Error{Code::data} for text of a file that is not UTF-8.
/// @param what  the text's meaning, for the message: "label"
/// @param file  a table or list, with the line of the text
void check_text(std::string_view text, std::string_view what, const std::filesystem::path& file,
                std::int64_t line);

/// The same for the names of a source's classes and values, for those who make sources of their
/// own.
void check_names(const Source& source);

}  // namespace temper::data
