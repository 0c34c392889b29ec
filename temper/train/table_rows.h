#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "temper/data/sources/source.h"
#include "temper/train/logits_table.h"

namespace temper::train {

/// The rows of a set's images in their order, float32 [images, classes] on the CPU. Throws
/// Error{Code::usage} where images have no row, with their number and the first of them, and where
/// two images of the set have the same name; Error{Code::data} for a row that is not finite in
/// float32.
at::Tensor rows_of(const LogitsTable& table, const data::Source& images);

/// Hash of the images' names and rows as float32, in the order of the names: the order of the file
/// and its number format don't matter as long as the numbers are equal. Throws Error{Code::data} as
/// rows_of() does.
std::string hash_of(const LogitsTable& table);

}  // namespace temper::train
