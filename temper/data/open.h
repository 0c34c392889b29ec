#pragma once
#include <string>

#include "temper/data/file_source.h"
#include "temper/data/source.h"

namespace temper::data {

/// Opens what a recipe's `data.source` names: "fashion-mnist", or the path of a folder of classes.
/// @param options  for folders
Dataset open(const std::string& source, const FileOptions& options = {});

}  // namespace temper::data
