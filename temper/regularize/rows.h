#pragma once
#include "temper/regularize/bulk.h"
#include "temper/regularize/pass.h"

namespace temper::regularize {

/// The source of the numbers of a micro-batch. @param sizes  [rows, ...]
inline Source rows_of(at::IntArrayRef sizes, const Address& address, std::uint32_t stream = 0) {
  std::int64_t each = 1;
  for (std::size_t i = 1; i < sizes.size(); ++i) each *= sizes[i];
  return {mask_key(address), stream, address.pass.first_row * each};
}

}  // namespace temper::regularize
