#include "temper/io/format/torch_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "temper/core/error.h"

namespace temper::io {
namespace {

constexpr std::uint64_t kMostGrowth = 16;
constexpr std::uint64_t kFreeGrowth = std::uint64_t{16} << 20U;

constexpr std::string_view kPickle = "/data.pkl";

/// How the file of PyTorch before 1.6 begins: a pickle of protocol 2 whose first value is this
/// integer of 10 bytes.
constexpr std::array<unsigned char, 14> kLegacyMagic{0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c,
                                                     0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

constexpr std::string_view kConvertLegacy =
    "python3 -c \"import torch, sys; torch.save(torch.load(sys.argv[1], map_location='cpu', "
    "weights_only=True), sys.argv[2])\" OLD NEW";
constexpr std::string_view kConvertScript =
    "python3 -c \"import torch, sys; torch.save(torch.jit.load(sys.argv[1], "
    "map_location='cpu').state_dict(), sys.argv[2])\" OLD NEW";

bool begins_with(std::span<const std::byte> bytes, std::span<const unsigned char> with) {
  return bytes.size() >= with.size() &&
         std::equal(with.begin(), with.end(), bytes.begin(),
                    [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

}  // namespace

TorchArchive::TorchArchive(std::span<const std::byte> bytes, const std::string& name)
    : name_(name), room_(bytes.size() * kMostGrowth + kFreeGrowth) {
  if (begins_with(bytes, kLegacyMagic))
    refuse(fmt::format(
        "written in the format of PyTorch before 1.6, expected the zip archive of later "
        "versions. This line converts it: {}",
        kConvertLegacy));
  if (!is_zip(bytes))
    refuse(
        "not a file that torch.save wrote: it does not begin as a zip archive. Save the weights "
        "with torch.save(model.state_dict(), PATH).");
  for (ZipMember& member : scan_zip(bytes, name)) {
    std::string key = member.name;
    members_.emplace(std::move(key), std::move(member));
  }
  find_prefix();
  check_byte_order();
}

void TorchArchive::refuse(const std::string& what) const {
  throw Error(Code::data, {.file = name_}, what);
}

void TorchArchive::find_prefix() {
  for (const auto& [member, _] : members_) {
    if (!member.ends_with(kPickle)) continue;
    const auto prefix = std::string_view(member).substr(0, member.size() - kPickle.size() + 1);
    if (prefix.find('/') + 1 != prefix.size()) continue;
    if (!prefix_.empty())
      refuse(
          fmt::format("a zip archive with {}data.pkl and {}data.pkl, expected one. Save the file "
                      "again.",
                      prefix_, prefix));
    prefix_ = prefix;
  }
  if (prefix_.empty())
    refuse(
        "a zip archive without data.pkl, so not a file that torch.save wrote. Save the weights "
        "with "
        "torch.save(model.state_dict(), PATH).");
  const auto code = members_.lower_bound(prefix_ + "code/");
  if (find("constants.pkl") != nullptr ||
      (code != members_.end() && code->first.starts_with(prefix_ + "code/")))
    refuse(fmt::format(
        "a TorchScript archive, which holds a program, expected a state dict. This line "
        "converts it: {}",
        kConvertScript));
}

void TorchArchive::check_byte_order() {
  if (find("byteorder") == nullptr) return;  // before PyTorch 2.1: little-endian
  const auto found = contents("byteorder");
  const std::string_view order(reinterpret_cast<const char*>(found.data()), found.size());
  if (order != "little")
    refuse(
        fmt::format("written in byte order \"{}\", expected \"little\". Load and save it with "
                    "PyTorch on a little-endian machine.",
                    order.substr(0, 16)));
}

const ZipMember* TorchArchive::find(std::string_view name) const {
  const auto found = members_.find(fmt::format("{}{}", prefix_, name));
  return found == members_.end() ? nullptr : &found->second;
}

std::span<const std::byte> TorchArchive::storage(std::string_view key) {
  return contents(fmt::format("data/{}", key));
}

std::span<const std::byte> TorchArchive::contents(std::string_view name) {
  if (const auto known = read_.find(name); known != read_.end()) return known->second;
  const ZipMember* const member = find(name);
  if (member == nullptr)
    refuse(fmt::format("the archive has no member {}{}. Download or save the file again.", prefix_,
                       name));
  auto bytes = member->bytes;
  if (member->deflated) {
    charge(member->size);
    bytes = copies_.emplace_back(inflate(*member, name_));
  }
  check_crc(*member, bytes, name_);
  return read_.emplace(name, bytes).first->second;
}

void TorchArchive::charge(std::uint64_t size) {
  if (size > room_)
    refuse(fmt::format(
        "its tensors take more than {} times the file's size in memory. Save the weights "
        "as contiguous tensors: {{name: tensor.contiguous()}}.",
        kMostGrowth));
  room_ -= size;
}

std::span<std::byte> TorchArchive::allocate(std::uint64_t size) {
  charge(size);
  return copies_.emplace_back(static_cast<std::size_t>(size));
}

}  // namespace temper::io
