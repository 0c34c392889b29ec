#pragma once
#include <filesystem>

#include "temper/data/sources/file_source.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// A folder with one subfolder of images for each class:
///
///   folder/CLASS/.../picture.jpg             training only: validation is split off it
///   folder/train/CLASS/..., folder/val/CLASS/..., folder/test/CLASS/...
///
/// The sets are named train, val and test, or as part_of() knows, one of each. Only the training
/// set is required. Classes are sorted by the bytes of their names. Image files have the extension
/// png, jpg, jpeg or webp, case-insensitively, and their format is recognized by content. Hidden
/// files, and folders that systems make (io/disk/system_folder.h), are ignored. Dataset::unread
/// lists what is not read.
///
/// Throws Error{Code::data}: no such folder, no images (with the names that were looked for), a
/// class without images, fewer than two classes, a class that the training set does not have, two
/// folders that hold the same class folders without being named as sets;
/// Error{Code::io}: no permission.
Dataset folder(const std::filesystem::path& path, const FileOptions& options = {});

/// Whether a folder contains a training set with subfolders, as opposed to the classes themselves.
bool holds_training_folder(const std::filesystem::path& path);

}  // namespace temper::data
