#include "temper/io/image/jpeg_scan.h"

// after jpeglib.h
#include <jerror.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace temper::io::codec {
namespace {

/// The position in a block of the coefficient with which `k` coefficients have been passed (zigzag
/// order). Those beyond the last one are stored in the last position, as in libjpeg.
constexpr auto kZigzag = [] {
  std::array<std::uint8_t, DCTSIZE2 + HuffmanTable::kToEnd> places{};
  std::fill(places.begin(), places.end(), DCTSIZE2 - 1);
  int row = 0;
  int column = 0;
  for (int k = 0; k < DCTSIZE2; ++k) {
    places[static_cast<std::size_t>(k) + 1] = static_cast<std::uint8_t>(row * DCTSIZE + column);
    const bool upwards = (row + column) % 2 == 0;
    int& towards = upwards ? row : column;  // an edge
    int& from = upwards ? column : row;
    if (from == DCTSIZE - 1) {
      ++towards;
    } else {
      ++from;
      if (towards > 0) --towards;
    }
  }
  return places;
}();

/// The first 0xFF; `end` if there is none.
const JOCTET* find_ff(const JOCTET* begin, const JOCTET* end) {
  const auto size = static_cast<std::size_t>(end - begin);
  const void* const found = size == 0 ? nullptr : std::memchr(begin, 0xFF, size);
  return found == nullptr ? end : static_cast<const JOCTET*>(found);
}

const JOCTET* skip_ff(const JOCTET* begin, const JOCTET* end) {
  return std::find_if(begin, end, [](JOCTET byte) { return byte != 0xFF; });
}

[[noreturn]] void fail(jpeg_decompress_struct& jpeg, int code) {
  jpeg.err->msg_code = code;
  jpeg.err->error_exit(reinterpret_cast<j_common_ptr>(&jpeg));
  __builtin_unreachable();
}

int size_of(const jpeg_component_info& component) {
#if JPEG_LIB_VERSION >= 70
  return component.DCT_h_scaled_size;
#else
  return component.DCT_scaled_size;
#endif
}

using Entry = HuffmanTable::Entry;

unsigned bits_of(Entry entry) {
  return entry & 0xFF;
}
unsigned code_bits_of(Entry entry) {
  return entry >> 8 & 0xFF;
}
unsigned coefficients_of(Entry entry) {
  return entry >> 24;
}
Entry first_of(HuffmanTable::Pair pair) {
  return static_cast<Entry>(pair);
}
Entry second_of(HuffmanTable::Pair pair) {
  return static_cast<Entry>(pair >> 32);
}

Entry entry_of(int length, int symbol) {
  const int size = symbol % 16;
  const int zeros = symbol / 16;
  const unsigned passed =
      size > 0 || zeros == 15 ? static_cast<unsigned>(zeros) + 1 : HuffmanTable::kToEnd;
  return static_cast<Entry>(length + size) | static_cast<Entry>(length) << 8 |
         static_cast<Entry>(63 - size) << 16 | passed << 24;
}

/// A bit reader over a scan.
struct Bits {
  std::uint64_t bits;  ///< the first one highest; those beyond `count` are valid too
  const std::uint8_t* next;
  unsigned count;

  /// Fills up to at least 56 bits.
  void fill() {
    std::uint64_t word = 0;
    std::memcpy(&word, next, sizeof word);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    bits |= word >> count;
    next += (63 - count) / 8;
    count |= 56;
  }
  void pass(Entry entry) {
    bits <<= bits_of(entry) & 63;
    count -= bits_of(entry);
  }
  /// The value of an entry; it is positive if its first bit is 1.
  [[nodiscard]] int value(Entry entry) const {
    const std::uint64_t after = bits << (code_bits_of(entry) & 63);
    const auto negative = ~static_cast<std::uint64_t>(static_cast<std::int64_t>(after) >> 63);
    const std::uint64_t magnitude = (after ^ negative) >> 1 >> (entry >> 16 & 63);
    return static_cast<int>((magnitude ^ negative) - negative);
  }
  /// The entry of the next code.
  [[nodiscard]] Entry one(const HuffmanTable& table) const {
    const Entry entry = first_of(table.find(bits));
    return entry == HuffmanTable::kLonger ? table.find_longer(bits) : entry;
  }
};

/// Decodes the AC coefficients of a block.
/// @param block  null if the bits are only to be skipped
/// @return       false for an invalid code
template <bool reads>
bool decode_block(const HuffmanTable& table, Bits& bits, JCOEF* block) {
  Bits in = bits;  // a local copy stays in registers: `bits` could alias the bytes at `next`
  unsigned passed = 1;
  // Decodes one code or two, unless they are the block's last ones.
  const auto decode_some = [&]() __attribute__((always_inline)) {
    const auto pair = table.find(in.bits);
    const unsigned then = passed + coefficients_of(second_of(pair));
    if (then >= DCTSIZE2) return false;
    if constexpr (reads) {  // the first one last, because the second may be the same one
      block[kZigzag[then]] = static_cast<JCOEF>(in.value(second_of(pair)));
      block[kZigzag[passed + coefficients_of(first_of(pair))]] =
          static_cast<JCOEF>(in.value(first_of(pair)));
    }
    in.pass(second_of(pair));
    passed = then;
    return true;
  };
  Entry entry = 0;
  do {
    in.fill();
    // NOLINTNEXTLINE(misc-redundant-expression): twice
    if (decode_some() && decode_some()) continue;
    entry = in.one(table);
    passed += coefficients_of(entry);
    if constexpr (reads) block[kZigzag[passed]] = static_cast<JCOEF>(in.value(entry));
    in.pass(entry);
  } while (passed < DCTSIZE2);
  bits = in;
  return entry != HuffmanTable::kNoCode;
}

}  // namespace

void HuffmanTable::set(const JHUFF_TBL& table, bool follow) {
  if (std::equal(counts_.begin() + 1, counts_.end(), table.bits + 1) &&
      std::equal(symbols_.begin(), symbols_.end(), table.huffval))
    return;
  std::copy_n(table.bits, counts_.size(), counts_.begin());
  std::copy_n(table.huffval, symbols_.size(), symbols_.begin());
  std::array<Entry, 1 << kPeek> entries;
  entries.fill(kLonger);
  auto* next = entries.begin();
  std::uint32_t code = 0;  // of `length` bits
  int index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    const auto l = static_cast<std::size_t>(length);
    offset_[l] = index - static_cast<int>(code);
    for (int n = 0; n < counts_[l]; ++n, ++code, ++index)
      if (length <= kPeek)
        next = std::fill_n(next, 1 << (kPeek - length),
                           entry_of(length, symbols_[static_cast<std::size_t>(index)]));
    end_[l] = code << (16 - length);
  }
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Entry first = entries[i];
    Entry second = first;
    const unsigned bits = bits_of(first);
    if (follow && bits > 0 && bits < kPeek) {
      const Entry then = entries[i << bits & (entries.size() - 1)];
      const bool is_known = then != kLonger && bits + code_bits_of(then) <= kPeek;
      if (is_known && coefficients_of(first) + coefficients_of(then) < DCTSIZE2)
        second = then + (first & 0xFF0000FF) + (bits << 8);
    }
    pairs_[i] = Pair{second} << 32 | first;
  }
}

Entry HuffmanTable::find_longer(std::uint64_t bits) const {
  const auto code = static_cast<std::uint32_t>(bits >> 48);
  for (int length = kPeek + 1; length <= 16; ++length) {
    const auto l = static_cast<std::size_t>(length);
    if (code >= end_[l]) continue;
    const int index = static_cast<int>(code >> (16 - length)) + offset_[l];
    return entry_of(length, symbols_[static_cast<std::size_t>(index)]);
  }
  return kNoCode;
}

void ScanBytes::begin(const JOCTET* first, const JOCTET* end) {
  file_ = first;
  file_end_ = end;
  at_marker_ = false;
  next = end_ = bytes_.data();
}

/// At 0xFF: skips it if it is data. Any number of 0xFF followed by a zero are one byte of data;
/// anything else is a marker.
bool ScanBytes::pass_stuffed() {
  const auto* const after = skip_ff(file_, file_end_);
  at_marker_ = after == file_end_ || *after != 0;
  if (!at_marker_) file_ = after + 1;
  return !at_marker_;
}

void ScanBytes::refill() {
  const std::ptrdiff_t kept = end_ - next;
  std::memmove(bytes_.data(), next, static_cast<std::size_t>(kept));
  next = bytes_.data();
  std::uint8_t* to = bytes_.data() + kept;
  std::uint8_t* const full = to + kAtOnce;
  while (to < full && !at_marker_) {
    const auto* const end = file_ + std::min(full - to, file_end_ - file_);
    const auto* const plain_end = find_ff(file_, end);
    to = std::copy(file_, plain_end, to);
    file_ = plain_end;
    if (file_ == file_end_ || (file_ < end && !pass_stuffed()))
      at_marker_ = true;
    else if (plain_end < end)
      *to++ = 0xFF;
  }
  end_ = to;
}

int ScanBytes::pass_marker() {
  while (!at_marker_) {
    file_ = find_ff(file_, file_end_);
    pass_stuffed();
  }
  file_ = skip_ff(file_, file_end_);
  const int code = file_ == file_end_ ? 0 : *file_++;
  begin(file_, file_end_);
  return code;
}

void ScanBytes::hand_back(jpeg_source_mgr& source) const {
  source.next_input_byte = file_ - std::max<std::ptrdiff_t>(end_ - next, 0);
  source.bytes_in_buffer = static_cast<std::size_t>(file_end_ - source.next_input_byte);
}

bool lacks_scans(const jpeg_decompress_struct& jpeg) {
  if (jpeg.coef_bits == nullptr) return false;
  for (int c = 0; c < jpeg.num_components; ++c)
    if (std::any_of(jpeg.coef_bits[c], jpeg.coef_bits[c] + DCTSIZE2,
                    [](int bits) { return bits != 0; }))
      return true;
  return false;
}

bool JpegScan::take_over(jpeg_decompress_struct& jpeg, JDIMENSION left, JDIMENSION width) {
  // A lossless JPEG, which libjpeg-turbo 3 decodes, has the number of its predictor in Ss.
  if (!is_supported_ || jpeg_has_multiple_scans(&jpeg) != 0 || jpeg.progressive_mode != 0 ||
      jpeg.arith_code != 0 || jpeg.Ss != 0)
    return false;
  for (int b = 0; b < jpeg.blocks_in_MCU; ++b) {
    const int c = jpeg.MCU_membership[b];
    const auto& component = *jpeg.cur_comp_info[c];
    auto& dc = dc_tables_[static_cast<std::size_t>(component.dc_tbl_no)];
    auto& ac = ac_tables_[static_cast<std::size_t>(component.ac_tbl_no)];
    dc.set(*jpeg.dc_huff_tbl_ptrs[component.dc_tbl_no], false);
    ac.set(*jpeg.ac_huff_tbl_ptrs[component.ac_tbl_no], true);
    blocks_[static_cast<std::size_t>(b)] = {.dc = &dc,
                                            .ac = &ac,
                                            .component = static_cast<std::size_t>(c),
                                            .reads_ac = size_of(component) > 1};
  }
  const int blocks = jpeg.num_components == 1 ? 1 : jpeg.max_h_samp_factor;
  const auto unit = static_cast<JDIMENSION>(blocks * DCTSIZE) / jpeg.scale_denom;
  first_ = left / unit;
  last_ = (left + width + unit - 1) / unit;
  column_ = 0;
  left_ = std::uint64_t{jpeg.MCUs_per_row} * jpeg.MCU_rows_in_scan;
  behind_ = 0;
  segment_ = jpeg.restart_interval != 0 ? jpeg.restart_interval : left_;
  next_restart_ = 0;
  bytes_.begin(jpeg.src->next_input_byte, jpeg.src->next_input_byte + jpeg.src->bytes_in_buffer);
  bits_ = 0;
  count_ = 0;
  dc_ = {};
  decoder_.scan = this;
  decoder_.decode_mcu = [](j_decompress_ptr asking, JBLOCKROW* blocks_of_unit) -> boolean {
    reinterpret_cast<Decoder*>(asking->entropy)->scan->next_unit(*asking, blocks_of_unit);
    return TRUE;
  };
  jpeg.entropy = reinterpret_cast<jpeg_entropy_decoder*>(&decoder_);
  return true;
}

void JpegScan::next_unit(jpeg_decompress_struct& jpeg, JBLOCKROW* blocks) {
  const bool is_needed = blocks != nullptr && column_ >= first_ && column_ < last_;
  if (++column_ == jpeg.MCUs_per_row) column_ = 0;
  --left_;
  if (is_needed) {
    skip_units(jpeg);
    if (segment_ == 0) restart(jpeg);
    decode_unit<true>(jpeg, blocks);
  } else {
    ++behind_;
  }
  if (left_ > 0) return;
  skip_units(jpeg);
  bytes_.next -= count_ / 8;
  bytes_.hand_back(*jpeg.src);
}

void JpegScan::skip_units(jpeg_decompress_struct& jpeg) {
  while (behind_ > 0) {
    if (segment_ == 0) restart(jpeg);
    if (behind_ >= segment_) {
      behind_ -= segment_;
      segment_ = 0;
    } else {
      decode_unit<false>(jpeg, nullptr);
      --behind_;
    }
  }
}

template <bool reads>
void JpegScan::decode_unit(jpeg_decompress_struct& jpeg, JBLOCKROW* blocks) {
  bytes_.provide();
  Bits in{.bits = bits_, .next = bytes_.next, .count = count_};
  bool is_code = true;
  for (int b = 0; b < jpeg.blocks_in_MCU && is_code; ++b) {
    const auto& block = blocks_[static_cast<std::size_t>(b)];
    in.fill();
    const Entry entry = in.one(*block.dc);
    auto& dc = dc_[block.component];
    dc += static_cast<std::uint32_t>(in.value(entry));
    in.pass(entry);
    if constexpr (reads) (*blocks[b])[0] = static_cast<JCOEF>(dc);
    is_code = entry != HuffmanTable::kNoCode &&
              (reads && block.reads_ac ? decode_block<true>(*block.ac, in, *blocks[b])
                                       : decode_block<false>(*block.ac, in, nullptr));
  }
  bits_ = in.bits;
  count_ = in.count;
  bytes_.next = in.next;
  --segment_;
  // An invalid code can be caused by too few bits.
  const auto there = static_cast<std::ptrdiff_t>(count_) - 8 * bytes_.overrun();
  if (there < (is_code ? 0 : 16)) fail(jpeg, JWRN_HIT_MARKER);
  if (!is_code) fail(jpeg, JWRN_HUFF_BAD_CODE);
}

void JpegScan::restart(jpeg_decompress_struct& jpeg) {
  const int code = bytes_.pass_marker();
  if (code != JPEG_RST0 + next_restart_) {
    jpeg.err->msg_parm.i[0] = code;
    jpeg.err->msg_parm.i[1] = next_restart_;
    fail(jpeg, JWRN_MUST_RESYNC);
  }
  next_restart_ = (next_restart_ + 1) % 8;
  segment_ = jpeg.restart_interval;
  bits_ = 0;
  count_ = 0;
  dc_ = {};
}

}  // namespace temper::io::codec
