#pragma once
#include <filesystem>

#include "temper/data/sources/source.h"

namespace temper::data {

/// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 grayscale images of 28 x 28
/// pixels, ten classes of clothing. Four IDX files, plain or gzip.
/// @param folder  with the files; empty: $TEMPER_DATA_DIR/fashion-mnist, $TEMPER_DATA_DIR, or the
/// folder of Debian's package dataset-fashion-mnist
/// @throws Error{Code::data} when the files are missing (saying what to install) or damaged
Dataset fashion_mnist(const std::filesystem::path& folder = {});

}  // namespace temper::data
