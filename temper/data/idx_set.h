#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/source.h"

namespace temper::data {

/// A folder with the IDX files of MNIST and its kin, plain or gzip:
///
///   train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz
///   t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz      (test; may be missing)
///
/// "train" and "t10k" may be any set's name that folder() takes, with anything and a '-' or '_'
/// before it (EMNIST: emnist-balanced-train-...); a dot may stand before "idx". Images are grey, or
/// [n, height, width, 1 or 3]. Classes are the labels' numbers, 0 to the largest.
///
/// Throws Error{Code::data}: a file is damaged, has no other half, two files are one set, numbers
/// of images and labels differ, a label that training does not have.
Dataset idx_folder(const std::filesystem::path& folder);

/// Whether there are images of a training set in IDX files in a folder.
bool holds_idx(const std::filesystem::path& folder);

/// One set out of its two files.
/// @param name     for messages: "fashion-mnist train"
/// @param classes  empty: the numbers 0 to the largest label
std::shared_ptr<const Source> read_idx_set(const std::filesystem::path& images,
                                           const std::filesystem::path& labels,
                                           const std::string& name,
                                           std::vector<std::string> classes);

}  // namespace temper::data
