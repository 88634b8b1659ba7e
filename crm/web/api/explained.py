"""What each shape is, in the words of the documentation."""

from __future__ import annotations

from crm.web.words import N_

SHAPES = {
    "AddressIn": N_("Une adresse postale, en parties."),
    "ExternalIdIn": N_("Comment un autre système appelle cette personne."),
    "PersonIn": N_(
        "Ce que l’on sait d’une personne ou d’une organisation : au moins un e-mail, un téléphone, ou un nom avec une "
        "adresse postale."
    ),
    "NoticeIn": N_("Les mots exacts que la personne a lus à côté de la case."),
    "DoubleOptInIn": N_("La preuve que la personne a confirmé chez vous ; demande la portée « confirmed-consents »."),
    "WishIn": N_("Un accord demandé : pour quelle finalité, avec quels mots."),
    "NewPersonIn": N_("Quelqu’un qui arrive."),
    "ConsentIn": N_("Un accord demandé, ou retiré."),
    "CallIn": N_("Une pétition, un événement ou une action : par son code, ou par son adresse sur le site."),
    "DeliveryIn": N_("« Transmettez ma signature » : un accord à part, qui ne permet jamais d’écrire à la personne."),
    "SignatureIn": N_("Une signature."),
    "RegistrationIn": N_("Une inscription à un événement, ou son annulation."),
    "UrgentActionIn": N_("Une action urgente menée."),
    "PaymentIn": N_("Le paiement, tel que votre prestataire l’appelle : sous ce nom, il n’entre qu’une fois."),
    "GiftLineIn": N_("Une part d’un don, fixée avant de payer : ce qu’elle paie, et pour quel fonds."),
    "GiftIn": N_("Un don dont l’argent est arrivé."),
    "TakenOut": N_("La demande est notée, sous une référence neuve à chaque fois."),
    "MembershipOut": N_("Si quelqu’un fait partie d’un segment."),
    "SegmentPageOut": N_("Une page des personnes d’un segment."),
    "PetitionOut": N_("Une pétition et ses chiffres."),
    "ConsentOut": N_("Un accord de cette demande, et ce qu’il est devenu."),
    "ConsentsOut": N_("Les accords d’une demande. Ce que la personne a dit ailleurs n’y figure pas."),
    "FlawOut": N_("Une chose à corriger."),
    "ProblemOut": N_("Ce qui ne va pas (RFC 9457)."),
    "StatusOut": N_("Le jeton est reconnu."),
}
