// libp2p/conn/unsent.hpp: sealed bytes that the kernel did not take yet. Many stay in the block that they were
// sealed into; a few move to a buffer of their size, because a peer that does not read keeps them here for long.
#pragma once

#include <memory>
#include <utility>

#include "base/bytes.hpp"
#include "libp2p/conn/loop.hpp"

namespace libp2p::conn {

class Unsent {
 public:
  bool empty() const { return begin_ == end_; }
  base::ByteSpan bytes() const { return {(block_ ? block_->data() : few_.data()) + begin_, end_ - begin_}; }
  /// What is taken from the budget of held memory.
  std::size_t memory() const { return block_ ? kBlockBytes : few_.size(); }

  /// Keeps the bytes of `block` from `begin` to `end`. Call it only while it is empty and cleared.
  void keep(std::unique_ptr<Block> block, std::size_t begin, std::size_t end, BlockPool& pool) {
    if (end - begin > kFewBytes) {
      block_ = std::move(block);
      begin_ = begin;
      end_ = end;
      return;
    }
    few_.assign(block->begin() + static_cast<std::ptrdiff_t>(begin),
                block->begin() + static_cast<std::ptrdiff_t>(end));
    end_ = few_.size();
    pool.give(std::move(block));
  }
  void sent(std::size_t bytes) { begin_ += bytes; }
  void clear(BlockPool& pool) {
    if (block_) pool.give(std::move(block_));
    few_ = {};
    begin_ = end_ = 0;
  }

 private:
  static constexpr std::size_t kFewBytes = 16 * 1024;

  std::unique_ptr<Block> block_;
  base::Bytes few_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace libp2p::conn
