#pragma once
#include <filesystem>

#include "temper/data/sources/source.h"

namespace temper::data {

/// CIFAR-10 or CIFAR-100 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images")
/// in the binary version: 50,000 + 10,000 color images of 32 x 32 pixels in 10 or 100 classes (for
/// CIFAR-100 the fine labels).
///
///   data_batch_1.bin ... data_batch_5.bin, test_batch.bin, batches.meta.txt
///   train.bin, test.bin, fine_label_names.txt
///
/// The files may be in the subfolder cifar-10-batches-bin or cifar-100-binary, as in their
/// archives. Without the text file the names of the classes are their numbers; without the test
/// file there is no test set.
///
/// Throws Error{Code::data}: a batch is missing, damaged or truncated, or the number of names is
/// not 10 or 100.
Dataset cifar(const std::filesystem::path& folder);

/// Whether a folder contains one of the two. This includes the Python version, which is not read,
/// so that cifar() can report which version is needed.
bool holds_cifar(const std::filesystem::path& folder);

}  // namespace temper::data
