"""From rendered words to the bytes handed to the mail server, the same bytes every time."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from activities.rendering import Rendered, one_line
from models.tables.outbox import Outbox

# One mailbox and nothing else: a comma would make it two, a line break another header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
_LONGEST_ADDRESS = 254
_POLICY = SMTP.clone(cte_type="7bit")
# A line nobody has to fold; folding a subject of plain letters would leave its first line empty.
_UNFOLDED = _POLICY.clone(max_line_length=998)


def mailbox(address: str) -> str:
    """The address as it goes into an envelope, an international domain in its ASCII form.

    Raises ``ValueError`` (without naming the address) for what is not exactly one address.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        ascii_domain = ""
    whole = f"{local}@{ascii_domain}"
    if not local or not ascii_domain or len(whole) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(whole):
        raise ValueError("not one mail address in ASCII letters")
    return whole


def sender_of(mail_from: str) -> tuple[str, str]:
    """Name and address of ``Settings.mail_from``. Raises ``ValueError`` when there is no address."""
    name, address = parseaddr(mail_from)
    return one_line(name), mailbox(address)


def mail_host(mail_from: str) -> str:
    """The part of our own address that Message-IDs end in."""
    return sender_of(mail_from)[1].rpartition("@")[2]


def compose(row: Outbox, rendered: Rendered, *, sender: str, name: str, address: str) -> bytes:
    """The message of outbox row ``row`` to one recipient.

    Raises ``ValueError`` when ``address`` is not exactly one address.
    """
    from_name, from_address = sender_of(sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(from_name, addr_spec=from_address)
    message["To"] = Address(one_line(name), addr_spec=mailbox(address))
    if rendered.reply_to is not None:
        reply_name, reply_address = rendered.reply_to
        message["Reply-To"] = Address(one_line(reply_name), addr_spec=mailbox(reply_address))
    message["Subject"] = rendered.subject
    message["Date"] = row.created_at
    message["Message-ID"] = row.message_id
    if row.thread is not None:
        message["In-Reply-To"] = row.thread
        message["References"] = row.thread
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    for file in rendered.attachments:
        message.add_attachment(
            file.text, subtype=file.subtype, filename=file.filename, params=file.parameters
        )
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            # The generator would draw one at random.
            part.set_boundary(f"=_{row.id}_{number}")
    plain = all(str(value).isascii() for value in message.values())
    return message.as_bytes(policy=_UNFOLDED if plain else _POLICY)
