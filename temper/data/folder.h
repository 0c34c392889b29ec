#pragma once
#include <filesystem>

#include "temper/data/file_source.h"
#include "temper/data/source.h"

namespace temper::data {

/// A folder with one folder of pictures for each class:
///
///   folder/CLASS/.../picture.jpg             training only: validation is carved from it
///   folder/train/CLASS/..., folder/val/CLASS/..., folder/test/CLASS/...
///
/// The sets are called train or training; val, valid, validation or dev; test or testing, in any
/// case, one of each; only the first must be there. Classes are sorted by the bytes of their names.
/// Pictures end in png, jpg, jpeg or webp, in any case, and are recognised by content. Hidden files
/// are ignored, and so are other folders beside the sets.
///
/// Throws Error{Code::data}: no such folder, no pictures (and what was looked for), a class without
/// any, fewer than two classes, a class that training doesn't know; Error{Code::io}: no permission.
Dataset folder(const std::filesystem::path& path, const FileOptions& options = {});

/// Whether a folder holds a training set with folders of its own, as against folders of classes.
bool holds_training_folder(const std::filesystem::path& path);

}  // namespace temper::data
