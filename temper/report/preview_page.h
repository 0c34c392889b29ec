#pragma once
#include <filesystem>
#include <string>

#include "temper/run/preview.h"

namespace temper::report {

/// A preview as a page: one file that needs no network, as that of a run.
std::string preview_page(const run::Preview& preview);

/// Throws Error{Code::usage} unless the name ends with .png or .html.
void check_preview_name(const std::filesystem::path& path);

/// Writes preview_page() or preview_sheet(), as the name ends. Throws as check_preview_name() and
/// preview_sheet() do, and Error{Code::io}.
void write_preview(const run::Preview& preview, const std::filesystem::path& path);

}  // namespace temper::report
