#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

namespace temper::data {

/// A folder with the IDX files of MNIST and similar sets, plain or gzip:
///
///   train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz
///   t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz      (test; may be missing)
///
/// In place of "train" and "t10k" there may be any name of a set that folder() accepts, after any
/// prefix that ends in '-' or '_' (EMNIST: emnist-balanced-train-...), and a dot before "idx".
/// Images are grayscale, or [n, height, width, 1 or 3]. Classes are numbered from 0 to the largest
/// label.
///
/// Throws Error{Code::data}: a file is damaged, images or labels are missing, there are two files
/// for one set, the numbers of images and labels differ, or a label is not in the training set.
Dataset idx_folder(const std::filesystem::path& folder);

/// Whether a folder contains an IDX file with the images of a training set.
bool holds_idx(const std::filesystem::path& folder);

/// Reads one set from its two files.
/// @param name     for messages: "fashion-mnist train"
/// @param classes  empty: the numbers 0 to the largest label
std::shared_ptr<const Source> read_idx_set(const std::filesystem::path& images,
                                           const std::filesystem::path& labels,
                                           const std::string& name,
                                           std::vector<std::string> classes);

}  // namespace temper::data
