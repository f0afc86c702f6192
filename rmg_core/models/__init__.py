"""What a model is: requests, replies, what they cost, and the protocol of clients."""

from rmg_core.models.calls import Call
from rmg_core.models.contract import ChatClient, EmbeddingClient, Model, Price
from rmg_core.models.messages import (
    Image,
    Message,
    Part,
    Prompt,
    Text,
    ToolCall,
    as_messages,
    message_json,
)
from rmg_core.models.redacting import redacted_reply
from rmg_core.models.replies import AnyReply, Embeddings, Finish, Logprob, Reply, Usage
from rmg_core.models.requests import AnyRequest, EmbeddingRequest, Request, Tool, as_request

__all__ = [
    "AnyReply",
    "AnyRequest",
    "Call",
    "ChatClient",
    "EmbeddingClient",
    "EmbeddingRequest",
    "Embeddings",
    "Finish",
    "Image",
    "Logprob",
    "Message",
    "Model",
    "Part",
    "Price",
    "Prompt",
    "Reply",
    "Request",
    "Text",
    "Tool",
    "ToolCall",
    "Usage",
    "as_messages",
    "as_request",
    "message_json",
    "redacted_reply",
]
