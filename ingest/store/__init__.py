"""Articles, passages and earlier versions in Chroma. Only this folder imports chromadb."""
