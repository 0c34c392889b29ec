#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "temper/io/format/safetensors.h"

/// LibTorch tensors in safetensors files.
namespace temper::train {

using Named = std::pair<std::string, at::Tensor>;

/// The type of a tensor in a file. Throws Error{Code::internal} for those that files don't have.
io::Dtype dtype_of(const at::Tensor& tensor);

/// Writes the tensors row-major, atomically, whatever their device and memory layout.
void save_tensors(const std::filesystem::path& path, std::span<const Named> tensors,
                  const io::Metadata& metadata = {});

/// Takes the next tensor.
using TensorSink = std::function<void(const at::Tensor& tensor)>;

/// The same file for tensors that should not be in memory all at once: `produce` calls the function
/// that it is given for each tensor in turn. What it throws passes through, and an older file is
/// kept.
/// @param layout  names, shapes and types of the tensors, whose values are not looked at
void save_tensors(const std::filesystem::path& path, std::span<const Named> layout,
                  const std::function<void(const TensorSink& write)>& produce);

/// Copies the file's tensors into `tensors`, which keep their storage, layout and device. Both must
/// have the same names, shapes and types; otherwise throws Error{Code::data} naming the first that
/// differs, without copying anything.
void load_tensors(const io::Safetensors& file, std::span<const Named> tensors);

/// A tensor of the file, as a copy.
at::Tensor to_tensor(const io::TensorView& view);

}  // namespace temper::train
