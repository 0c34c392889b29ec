#pragma once
#include <filesystem>

#include "temper/data/file_source.h"
#include "temper/data/source.h"

namespace temper::data {

/// A folder with one folder of pictures for each class:
///
///   folder/CLASS/.../picture.jpg                         training only: validation is carved from
///   it folder/train/CLASS/..., folder/val/CLASS/..., folder/test/CLASS/...
///
/// `val` may also be `valid` or `validation`; it and `test` may be missing. Classes are sorted by
/// the bytes of their names. Pictures end in png, jpg, jpeg or webp, in any case, and are
/// recognised by content. Hidden files are ignored.
///
/// Throws Error{Code::data}: no such folder, no pictures (and what was looked for), a class without
/// any, fewer than two classes, a class that training doesn't know; Error{Code::io}: no permission.
Dataset folder(const std::filesystem::path& path, const FileOptions& options = {});

}  // namespace temper::data
