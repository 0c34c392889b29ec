#pragma once
#include <filesystem>

#include "temper/data/source.h"

namespace temper::data {

/// CIFAR-10 or CIFAR-100 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images")
/// in their binary version: 50,000 + 10,000 pictures of 32 x 32 pixels in colour, of 10 or 100
/// classes (of CIFAR-100 the fine ones).
///
///   data_batch_1.bin ... data_batch_5.bin, test_batch.bin, batches.meta.txt
///   train.bin, test.bin, fine_label_names.txt
///
/// The files may lie in a folder cifar-10-batches-bin or cifar-100-binary of the folder that is
/// named, as their archives have it. Without the text file classes are called by their numbers;
/// without the test file there is no test set.
///
/// Throws Error{Code::data}: a batch is missing, damaged or cut short, the names are not 10 or 100.
Dataset cifar(const std::filesystem::path& folder);

/// Whether there is one of the two in a folder. The version for Python, which is not read, counts,
/// so that cifar() can say what to fetch.
bool holds_cifar(const std::filesystem::path& folder);

}  // namespace temper::data
