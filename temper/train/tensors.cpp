#include "temper/train/tensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "temper/core/error.h"

namespace temper::train {
namespace {

constexpr auto kDtypes =
    std::to_array<std::pair<io::Dtype, at::ScalarType>>({{io::Dtype::f64, at::kDouble},
                                                         {io::Dtype::f32, at::kFloat},
                                                         {io::Dtype::f16, at::kHalf},
                                                         {io::Dtype::bf16, at::kBFloat16},
                                                         {io::Dtype::i64, at::kLong},
                                                         {io::Dtype::i32, at::kInt},
                                                         {io::Dtype::i16, at::kShort},
                                                         {io::Dtype::i8, at::kChar},
                                                         {io::Dtype::u8, at::kByte},
                                                         {io::Dtype::boolean, at::kBool}});

at::ScalarType scalar_of(io::Dtype dtype) {
  for (const auto& [known, scalar] : kDtypes)
    if (known == dtype) return scalar;
  throw Error(Code::internal, "file type without a tensor type");
}

void require_same(const io::TensorView& view, const Named& target) {
  const auto& [name, tensor] = target;
  if (view.shape == tensor.sizes().vec() && view.dtype == dtype_of(tensor)) return;
  throw Error(
      Code::data,
      fmt::format("tensor '{}' is {} [{}] in the file, but {} [{}] in the network; the file "
                  "belongs to another network",
                  name, name_of(view.dtype), fmt::join(view.shape, ", "), name_of(dtype_of(tensor)),
                  fmt::join(tensor.sizes(), ", ")));
}

}  // namespace

io::Dtype dtype_of(const at::Tensor& tensor) {
  for (const auto& [dtype, scalar] : kDtypes)
    if (scalar == tensor.scalar_type()) return dtype;
  throw Error(Code::internal,
              fmt::format("no file type for tensors of {}", c10::toString(tensor.scalar_type())));
}

void save_tensors(const std::filesystem::path& path, std::span<const Named> tensors,
                  const io::Metadata& metadata) {
  std::vector<at::Tensor> rows;  // keeps the copies alive
  std::vector<io::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    rows.push_back(tensor.detach().cpu().contiguous());
    views.push_back(
        {name,
         dtype_of(tensor),
         tensor.sizes().vec(),
         {static_cast<const std::byte*>(rows.back().const_data_ptr()), rows.back().nbytes()}});
  }
  io::write_safetensors(path, views, metadata);
}

void save_tensors(const std::filesystem::path& path, std::span<const Named> layout,
                  const std::function<void(const TensorSink& write)>& produce) {
  std::vector<io::TensorHead> heads;
  for (const auto& [name, tensor] : layout)
    heads.push_back({.name = name, .dtype = dtype_of(tensor), .shape = tensor.sizes().vec()});
  io::write_safetensors(path, heads, [&](const io::TensorSink& write) {
    produce([&](const at::Tensor& tensor) {
      const auto row_major = tensor.detach().cpu().contiguous();
      write({static_cast<const std::byte*>(row_major.const_data_ptr()), row_major.nbytes()});
    });
  });
}

void load_tensors(const io::Safetensors& file, std::span<const Named> tensors) {
  for (const auto& target : tensors) require_same(file.at(target.first), target);
  if (file.tensors().size() != tensors.size())
    throw Error(Code::data,
                fmt::format("the file has {} tensors, but the network has {}; the file belongs to "
                            "another network",
                            file.tensors().size(), tensors.size()));
  for (const auto& [name, tensor] : tensors) tensor.detach().copy_(to_tensor(file.at(name)));
}

at::Tensor to_tensor(const io::TensorView& view) {
  auto tensor = at::empty(view.shape, at::TensorOptions(scalar_of(view.dtype)));
  if (!view.bytes.empty())
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

}  // namespace temper::train
