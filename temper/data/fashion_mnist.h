#pragma once
#include <filesystem>

#include "temper/data/source.h"

namespace temper::data {

/// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 grey pictures, 28 x 28, of
/// ten kinds of clothes. Four IDX files, plain or gzip.
/// @param folder  where they lie; empty: $TEMPER_DATA_DIR/fashion-mnist or $TEMPER_DATA_DIR, or
/// where
///                Debian's package dataset-fashion-mnist puts them
/// @throws Error{Code::data} when the files are missing (saying what to install) or damaged
Dataset fashion_mnist(const std::filesystem::path& folder = {});

}  // namespace temper::data
