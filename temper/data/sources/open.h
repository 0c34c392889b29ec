#pragma once
#include <string>

#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// Opens the data set that a recipe's `data.source` names. Its type is recognized by its name and
/// contents:
///
///   fashion-mnist                the data set (fashion_mnist.h)
///   FILE.csv, FILE.tsv           a table of pictures (manifest.h)
///   FILE.tar                     a shard (shards.h)
///   a folder, in this order      shards, CIFAR (cifar_set.h), IDX files (idx_set.h), a training
///                                folder with classes (folder.h), tables, folders of classes
///
/// @param options  for images in files and in shards
Dataset open(const std::string& source, const FileOptions& options = {});

}  // namespace temper::data
